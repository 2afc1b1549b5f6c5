using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using BizQ.Agents.Documents.Worker;
using BizQ.Agents.Functions;
using BizQ.Core;
using BizQ.Core.Context.Parsing;
using Microsoft.Extensions.Logging;

namespace BizQ.Agents.Documents;

/// <summary>
/// Text in pictures, by the program <c>tesseract</c> where it is installed. It is started through a worker that limits itself
/// before it becomes tesseract; where a system has no such limits, it is ended when it takes too long.
/// </summary>
/// <param name="searchPath">Folders that programs are looked for in, as of PATH; null for the environment's.</param>
public sealed class RecogniseText(WorkerLaunch launch, TimeProvider clock, ILogger<RecogniseText> log, string? searchPath = null)
{
    private const string Name = "tesseract";

    // How the system says that the processor time was used up: 128 and the signal.
    private const int KilledByLimit = 137, ProcessorLimit = 152;

    // More than any page holds; what comes after is not read.
    private const int MostCharacters = 1_000_000;

    public async Task<Outcome<ParsedDocument>> Of(string fileName, string mediaType, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        if (Find() is not { } program)
            return ReadFile.NoTextIn(fileName, "it is a picture, and no text recognition is installed here. Install the program tesseract and upload it again, or write down what the picture shows.");
        using var process = Start(program);
        if (process is null)
            return new Refusal(RefusalKind.Unavailable, "noReader", $"Text recognition could not be started for {fileName}; the log says why. Upload it again later.");
        using var tooLong = new CancellationTokenSource(ReadingLimits.Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, cancel);
        await using var ending = either.Token.UnsafeRegister(_ => End(process), null);
        var text = Read(process.StandardOutput);
        var said = Read(process.StandardError);
        await Feed(process, content);
        var (found, complaint) = (await text, await said);
        await process.WaitForExitAsync(CancellationToken.None);
        cancel.ThrowIfCancellationRequested();
        if (tooLong.IsCancellationRequested || process.ExitCode is KilledByLimit or ProcessorLimit)
            return ReadFile.TooSlow(fileName);
        if (process.ExitCode == 0)
            return ReadFile.Recognised(fileName, mediaType, found);
        log.LogInformation("{Program} ended with exit code {Code}: {Said}", program, process.ExitCode, complaint.Length <= 500 ? complaint : complaint[..500]);
        return Refusal.Invalid("brokenFile", $"The text in {fileName} could not be recognised: the picture is damaged, or needs more time or memory than it may take. Save it smaller as PNG and upload that.");
    }

    private string? Find() => (searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? $"{Name}.exe" : Name)).FirstOrDefault(File.Exists);

    private Process? Start(string program)
    {
        // From its input, to its output.
        string[] arguments = ["stdin", "stdout"];
        try
        {
            if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
                return launch.Start(ReadingLimits.Worker, [DocumentWorker.Recognise, program, .. arguments]);
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, CreateNoWindow = true });
        }
        catch (Exception problem) when (problem is Win32Exception or IOException or InvalidOperationException)
        {
            log.LogError(problem, "{Program} could not be started", program);
            return null;
        }
    }

    private async Task Feed(Process process, ReadOnlyMemory<byte> content)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(content);
            process.StandardInput.Close();
        }
        catch (IOException gone)
        {
            // It has ended before it had read all; its exit code says why.
            log.LogDebug(gone, "Text recognition ended before it had the whole picture");
        }
    }

    /// <summary>To the end, or it would wait for ever for somebody to read; what is too much is let go.</summary>
    private static async Task<string> Read(StreamReader from)
    {
        var text = new StringBuilder();
        var buffer = new char[16 * 1024];
        while (await from.ReadAsync(buffer) is > 0 and var read)
            text.Append(buffer, 0, Math.Min(read, MostCharacters - text.Length));
        return text.ToString();
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }
}
