using System.Globalization;
using System.Runtime.CompilerServices;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>A sentence of a seed's story, which is put together only when the story is told: ten thousand seeds tell nothing.</summary>
[InterpolatedStringHandler]
internal ref struct Telling
{
    private DefaultInterpolatedStringHandler _text;

    public Telling(int literalLength, int formattedCount, World world, out bool tells)
    {
        tells = world.Tells;
        if (tells)
            _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture);
    }

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string format) => _text.AppendFormatted(value, format);

    public string Text() => _text.ToStringAndClear();
}
