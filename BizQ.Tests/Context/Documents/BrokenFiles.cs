using System.Globalization;
using System.Text;

namespace BizQ.Tests.Context;

/// <summary>Files as they arrive from torn downloads, bad disks and ill-meaning people, made on the spot and always the same.</summary>
internal static class BrokenFiles
{
    private static (string Name, byte[] Content)[] Whole =>
    [
        ("a.pdf", Files.Pdf(["# Ridge 2 tent", "Sleeps two."], ["# Care", "Dry it."])), ("a.docx", Files.Word()), ("a.xlsx", OfficeFiles.Workbook()), ("a.pptx", OfficeFiles.Slides()),
        ("a.eml", Files.Text("From: a@x.example\r\nSubject: Hi\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n--b--\r\n")),
        ("a.html", Files.Text("<!doctype html><html><body><h1>A</h1><table><tr><td>c</td></tr></table></body></html>")),
        ("a.csv", Files.Text("a,b\n\"x\",\"y\"\n")),
    ];

    public static IEnumerable<(string Name, byte[] Content)> All()
    {
        var random = new Random(20261128);
        foreach (var (name, content) in Whole)
        {
            for (var part = 1; part <= 4; part++)
                yield return ($"cut-{part}-{name}", content[..(content.Length * part / 5)]);
            for (var n = 0; n < 6; n++)
                yield return ($"changed-{n}-{name}", Changed(content, random));
            yield return ($"twice-{name}", [.. content, .. content]);
        }
        yield return ("quotes.csv", Files.Text("a,b\n\"never closed,1\n2,3\n"));
        yield return ("zeros.xlsx", [.. "PK\u0003\u0004"u8, .. new byte[100_000]]);
        yield return ("only-from.mbox", Files.Text(string.Concat(Enumerable.Repeat("From a 2026\n\n", 1000))));
        yield return ("deep.eml", Files.Text(Nested(200)));
    }

    /// <summary>A PDF whose page draws a form twenty times, which draws another twenty times, ten deep: small, and never done.</summary>
    public static byte[] LaughingPdf()
    {
        const int Deep = 10;
        List<string> bodies = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Resources << /XObject << /F 5 0 R >> >> /Contents 4 0 R >>", Stream("", "/F Do")];
        for (var n = 0; n < Deep; n++)
        {
            var inner = n + 1 < Deep ? $"/Resources << /XObject << /F {n + 6} 0 R >> >> " : "";
            bodies.Add(Stream($"/Type /XObject /Subtype /Form /BBox [0 0 200 200] {inner}", n + 1 < Deep ? string.Concat(Enumerable.Repeat("/F Do ", 20)) : "q Q"));
        }
        var text = new StringBuilder("%PDF-1.4\n");
        List<int> offsets = [];
        foreach (var body in bodies)
        {
            offsets.Add(text.Length);
            text.Append(CultureInfo.InvariantCulture, $"{offsets.Count} 0 obj\n{body}\nendobj\n");
        }
        var start = text.Length;
        text.Append(CultureInfo.InvariantCulture, $"xref\n0 {offsets.Count + 1}\n0000000000 65535 f \n");
        offsets.ForEach(o => text.Append(CultureInfo.InvariantCulture, $"{o:0000000000} 00000 n \n"));
        text.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {offsets.Count + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(text.ToString());

        static string Stream(string about, string content) => $"<< {about}/Length {content.Length} >>\nstream\n{content}\nendstream";
    }

    private static byte[] Changed(byte[] content, Random random)
    {
        var changed = content.ToArray();
        for (var n = 0; n < 12; n++)
            changed[random.Next(8, changed.Length)] = (byte)random.Next(256);
        return changed;
    }

    private static string Nested(int deep)
    {
        var text = new StringBuilder("From: a@x.example\r\nSubject: Deep\r\nMIME-Version: 1.0\r\n");
        for (var n = 0; n < deep; n++)
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
        return text.Append("Content-Type: text/plain\r\n\r\nhello\r\n").ToString();
    }
}
