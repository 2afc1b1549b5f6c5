using System.Text;

namespace BizQ.Core.Context.Parsing;

/// <summary>A passage before it has an id.</summary>
public sealed record Cut(string? Heading, int? Page, int Start, int End, string Text);

/// <summary>
/// Cuts a document into passages of about 100 to 250 words: large enough to answer a question, small enough to cite. A passage
/// never crosses a heading or a page and breaks between paragraphs, or between sentences where a paragraph is too long. Pure.
/// </summary>
public static class PassageSplitter
{
    public const int FewWords = 100;
    public const int ManyWords = 250;

    // Chinese and Japanese write no spaces, and broken files run everything together.
    private const int ManyCharacters = 2400;

    public static IReadOnlyList<Cut> Of(IReadOnlyList<Block> blocks)
    {
        List<Cut> cuts = [];
        var path = new string?[6];
        var offset = 0;
        var open = new Open(null, null, 0);
        foreach (var block in blocks)
        {
            if (block.Level > 0)
            {
                open.Close(cuts);
                path[block.Level - 1] = block.Text;
                Array.Clear(path, block.Level, path.Length - block.Level);
                open = new Open(PathOf(path), block.Page, offset);
            }
            else
            {
                foreach (var (start, part) in Parts(block.Text))
                {
                    var words = CountWords(part);
                    if (open.Page != block.Page || open.Words + words > ManyWords || open.Characters + part.Length > ManyCharacters)
                    {
                        open.Close(cuts);
                        open = new Open(PathOf(path), block.Page, offset + start);
                    }
                    open.Add(part, words, offset + start);
                }
            }
            offset += block.Text.Length + 2;
        }
        open.Close(cuts);
        return cuts;
    }

    private static string? PathOf(string?[] path) => path.Any(p => p is not null) ? string.Join(" › ", path.OfType<string>()) : null;

    // A paragraph that is too long for one passage, at the ends of its sentences, or failing that of its words.
    private static IEnumerable<(int Start, string Text)> Parts(string text)
    {
        var start = 0;
        while (start < text.Length)
        {
            var end = EndOf(text, start);
            yield return (start, text[start..end].TrimEnd());
            start = end;
            while (start < text.Length && char.IsWhiteSpace(text[start]))
                start++;
        }
    }

    private static int EndOf(string text, int start)
    {
        int words = 0, sentence = -1, word = -1;
        for (var i = start; i < text.Length; i++)
        {
            if (i - start >= ManyCharacters)
                return sentence > start ? sentence : word > start ? word : char.IsLowSurrogate(text[i]) ? i + 1 : i;
            if (text[i] is '。' or '！' or '？')
                sentence = i + 1;
            if (!char.IsWhiteSpace(text[i]))
                continue;
            if (i > start && !char.IsWhiteSpace(text[i - 1]))
            {
                words++;
                word = i;
                if (text[i - 1] is '.' or '!' or '?' or '…' or ':' || text[i] == '\n')
                    sentence = i;
            }
            if (words >= ManyWords)
                return sentence > start ? sentence : word;
        }
        return text.Length;
    }

    private static int CountWords(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    private sealed class Open(string? heading, int? page, int start)
    {
        private readonly StringBuilder _text = new();
        private int _start = start;
        private int _end = start;

        public int? Page { get; } = page;

        public int Words { get; private set; }

        public int Characters => _text.Length;

        public void Add(string part, int words, int at)
        {
            if (_text.Length == 0)
                _start = at;
            else
                _text.Append(at - _end > 1 ? "\n\n" : " ");
            _text.Append(part);
            _end = at + part.Length;
            Words += words;
        }

        public void Close(List<Cut> cuts)
        {
            if (_text.Length > 0)
                cuts.Add(new Cut(heading, Page, _start, _end, _text.ToString()));
        }
    }
}
