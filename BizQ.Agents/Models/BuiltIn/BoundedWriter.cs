using System.Text;

namespace BizQ.Agents.Models.BuiltIn;

/// <summary>A text under construction that may only become so long, and stops when its reader has gone.</summary>
internal sealed class BoundedWriter(int limit, CancellationToken cancel) : TextWriter
{
    private readonly StringBuilder _text = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        Check(1);
        _text.Append(value);
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        Check(buffer.Length);
        _text.Append(buffer);
    }

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override string ToString() => _text.ToString();

    private void Check(int more)
    {
        cancel.ThrowIfCancellationRequested();
        if (_text.Length + more > limit)
            throw new ModelException("draftTooLong", $"The draft is longer than {limit} characters; the template probably repeats too much.", retryable: false);
    }
}
