using MimeKit;
using MimeKit.Text;

namespace BizQ.Core.Mail.Reading;

/// <summary>A file that came with a mail.</summary>
public sealed record MailAttachment(string Name, string MediaType, MimeEntity Part);

/// <summary>Walks a body once: the text a person wrote, the attachments, and notes on what had to be guessed.</summary>
internal sealed class BodyText
{
    /// <summary>Nesting beyond this is taken as it stands, as one opaque part.</summary>
    public const int DeepestParts = 32;

    private readonly List<string> _notes = [];
    private readonly List<MailAttachment> _attachments = [];
    private MessagePart? _nested;

    public IReadOnlyList<string> Notes => _notes;

    public IReadOnlyList<MailAttachment> Attachments => _attachments;

    public string Read(MimeMessage message)
    {
        var text = message.Body is { } body ? Of(body, 0) : "";
        if (text.Trim().Length > 0)
            return text;
        if (message.Body is MimePart { ContentDisposition: null } opaque and not TextPart)
            return OpaqueBody(opaque);
        return _nested?.Message is { } inner ? Forwarded(inner) : "";
    }

    private string Of(MimeEntity entity, int depth)
    {
        if (depth > DeepestParts)
            return "";
        switch (entity)
        {
            case Multipart secret when secret.ContentType.IsMimeType("multipart", "encrypted"):
                _notes.Add("Its body is encrypted and cannot be read here.");
                return "";
            case MultipartAlternative alternative:
                return Best(alternative, depth);
            case MultipartRelated related:
                return Related(related, depth);
            case Multipart parts:
                return string.Join("\n\n", parts.Select(part => Of(part, depth + 1)).Where(text => text.Trim().Length > 0));
            case TextPart text when IsBody(text):
                return TextOf(text);
            default:
                Attach(entity);
                return "";
        }
    }

    /// <summary>The same said several ways: the plain one, unless it says nothing.</summary>
    private string Best(MultipartAlternative alternative, int depth)
    {
        var plain = alternative.OfType<TextPart>().FirstOrDefault(part => part.IsPlain && IsBody(part));
        var said = plain is null ? "" : TextOf(plain);
        foreach (var other in alternative.Where(part => part != plain).Reverse())
        {
            if (other is not TextPart || said.Trim().Length == 0)
            {
                var text = Of(other, depth + 1);
                said = said.Trim().Length == 0 ? text : said;
            }
        }
        return said;
    }

    private string Related(MultipartRelated related, int depth)
    {
        var root = related.Root ?? related.FirstOrDefault();
        var text = root is null ? "" : Of(root, depth + 1);
        foreach (var part in related.Where(part => part != root))
            Attach(part);
        return text;
    }

    private static bool IsBody(TextPart text) =>
        !text.IsAttachment && (text.IsPlain || text.IsHtml || text.IsEnriched || text.IsRichText || text.ContentType.IsMimeType("text", "markdown")
            || text.ContentType.IsMimeType("text", "*") && text.FileName is null && !text.ContentType.IsMimeType("text", "calendar"));

    private string TextOf(TextPart part)
    {
        var text = DecodeText.Of(part, _notes);
        if (part.IsHtml)
            return HtmlText.Of(text, _notes);
        if (!part.IsFlowed)
            return text;
        var deleteSpace = part.ContentType.Parameters["delsp"]?.Equals("yes", StringComparison.OrdinalIgnoreCase) == true;
        return new FlowedToText { DeleteSpace = deleteSpace }.Convert(text);
    }

    private void Attach(MimeEntity entity)
    {
        if (entity is MessagePart nested)
            _nested ??= nested;
        var name = CleanText.Line(entity.ContentDisposition?.FileName ?? entity.ContentType.Name ?? (entity as MessagePart)?.Message?.Subject, 200);
        _attachments.Add(new MailAttachment(name.Length > 0 ? name : $"attachment-{_attachments.Count + 1}", CleanText.Line(entity.ContentType.MimeType, 100), entity));
    }

    /// <summary>A body whose type cannot be read or shown, but whose bytes are text after all.</summary>
    private string OpaqueBody(MimePart opaque)
    {
        using var bytes = new MemoryStream();
        opaque.Content?.DecodeTo(bytes);
        var start = bytes.GetBuffer().AsSpan(0, (int)Math.Min(bytes.Length, 4096));
        if (start.Length == 0 || start.IndexOfAnyInRange((byte)0, (byte)8) >= 0)
            return "";
        _notes.Add($"Its type {CleanText.Line(opaque.ContentType.MimeType, 60)} is not one of text; it was read as plain text.");
        return DecodeText.Of(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), opaque.ContentType.Charset, _notes);
    }

    private string Forwarded(MimeMessage inner)
    {
        // Who forwards a forward wraps it once more; how deep is bounded by the parser.
        var within = new BodyText();
        var text = within.Read(inner);
        _notes.Add("It holds nothing but another message; the text is that one's.");
        _notes.AddRange(within.Notes);
        return text;
    }
}
