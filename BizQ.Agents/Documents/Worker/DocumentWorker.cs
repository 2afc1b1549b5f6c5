using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AngleSharp.Html.Parser;
using BizQ.Agents.Functions;
using BizQ.Agents.Functions.Worker;
using BizQ.Core;
using BizQ.Core.Context.Parsing;
using CsvHelper;
using DocumentFormat.OpenXml.Packaging;
using Markdig;
using MimeKit;
using UglyToad.PdfPig;

namespace BizQ.Agents.Documents.Worker;

/// <summary>
/// The same program in another life: a process that knows nothing, can reach nothing, and makes text of strangers' files as
/// they come through its input. It ends with its input.
/// </summary>
public static class DocumentWorker
{
    public const string Command = "document-worker";

    /// <summary>The worker that becomes a program for text recognition, within the same limits; its name and its arguments follow.</summary>
    public const string Recognise = "recognise-text";

    /// <summary>Text of other alphabets is not escaped: a reply would be twice as long.</summary>
    internal static readonly JsonSerializerOptions Options = new(Json.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = false };

    public static bool Asked(string[] args) => args is [Command] or [Recognise, _, ..];

    /// <summary>Serves until its input ends; 0 is the only way out that nobody need think about.</summary>
    public static int Run(string[] args)
    {
        if (args[0] == Recognise)
        {
            Confinement.Become(args[1], args[2..], ReadingLimits.Worker);
            return 1;
        }
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        // A stack of known size, whatever the limit of the shell that started all this.
        var served = new Thread(() => Serve(input, output), ReadFile.StackBytes);
        served.Start();
        served.Join();
        return 0;
    }

    private static void Serve(Stream input, Stream output)
    {
        Prepare();
        Frame.Write(output, JsonSerializer.SerializeToUtf8Bytes(Confinement.Raise(ReadingLimits.Worker), Json.Options));
        while (Frame.Read(input, ReadingLimits.MostAbout) is { } about && Frame.Read(input, ReadingLimits.MostContent) is { } content)
        {
            Confinement.BeginCall(ReadingLimits.Worker.Processor);
            var reply = Answer(JsonSerializer.Deserialize<FileToRead>(about, Options)!, content);
            Confinement.EndCall();
            Frame.Write(output, reply.Answer);
            if (reply.Retire)
                return;
        }
    }

    private static (byte[] Answer, bool Retire) Answer(FileToRead file, byte[] content)
    {
        try
        {
            var read = ReadFile.Of(file.FileName, file.MediaType, content, CancellationToken.None);
            // A worker that has read much is tired; the next file gets a fresh one.
            var retire = Environment.CpuUsage.TotalTime > ReadingLimits.Worker.Life / 4;
            return (JsonSerializer.SerializeToUtf8Bytes(new FileWasRead(read.Ok ? read.Value : null, read.Refusal, retire), Options), retire);
        }
        catch (OutOfMemoryException)
        {
            return (JsonSerializer.SerializeToUtf8Bytes(new FileWasRead(null, ReadFile.TooMuchMemory(file.FileName), Retire: true), Options), true);
        }
    }

    /// <summary>
    /// Nothing can be loaded once the walls stand: every assembly a parser may need, the system's libraries behind compression,
    /// hashes, ciphers and languages, and the runtime's own serialiser, used once.
    /// </summary>
    private static void Prepare()
    {
        Assemblies.LoadAll(
            typeof(PdfDocument).Assembly, typeof(WordprocessingDocument).Assembly, typeof(HtmlParser).Assembly, typeof(Markdown).Assembly, typeof(MimeMessage).Assembly, typeof(CsvParser).Assembly);
        Assemblies.LoadAll(typeof(ReadFile).Assembly.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("System.", StringComparison.Ordinal)));
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        _ = Encoding.GetEncoding(1252).GetString([0x80]);
        using (var deflate = new DeflateStream(new MemoryStream(), CompressionLevel.Fastest))
            deflate.Write([1, 2, 3]);
#pragma warning disable CA5350, CA5351, CA5358, SYSLIB0021 // Old PDFs are protected with them; they protect nothing here.
        _ = MD5.HashData([1]);
        _ = SHA1.HashData([1]);
        using (var aes = Aes.Create())
        {
            (aes.Key, aes.Mode) = (new byte[16], CipherMode.CBC);
            using var decrypt = aes.CreateDecryptor();
        }
#pragma warning restore CA5350, CA5351, CA5358, SYSLIB0021
        _ = SHA256.HashData([1]);
        _ = CultureInfo.InvariantCulture.CompareInfo.Compare("é", "E", CompareOptions.IgnoreNonSpace) + "é".Normalize(NormalizationForm.FormD).ToLowerInvariant().Length;
        foreach (var (name, text) in (ReadOnlySpan<(string, string)>)[("a.md", "# A\n\nb"), ("a.html", "<html><body><p>a"), ("a.csv", "a,b\n1,2"), ("a.pdf", "%PDF-1.4\nno"), ("a.txt", "a")])
            _ = JsonSerializer.SerializeToUtf8Bytes(ReadFile.Of(name, null, Encoding.UTF8.GetBytes(text), CancellationToken.None) is { Ok: true } read ? new FileWasRead(read.Value, null) : new FileWasRead(null, null), Options);
        foreach (var (name, content) in OfficePractice.All())
            _ = ReadFile.Of(name, null, content, CancellationToken.None);
        _ = JsonSerializer.Deserialize<FileToRead>("""{"fileName":"a"}"""u8, Options);
        GC.Collect();
    }
}
