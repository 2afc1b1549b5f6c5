using System.CommandLine;
using BizQ.Core;
using BizQ.Core.Sample;
using BizQ.Core.Workspaces;
using BizQ.Core.Workspaces.Keys;
using BizQ.Core.Workspaces.People;

namespace BizQ.Web.Commands;

/// <summary>
/// The set-up page for machines. On an installation that has an owner, the owner's mail address and password open a further
/// workspace instead.
/// </summary>
internal static class SetUpCommand
{
    private sealed record Asked(string Email, string Password, string Workspace, string? Name, string TimeZone, FileInfo? KeyFile, TextWriter? SampleProgress);

    public static Command Make(TextReader input, TextWriter output, TextWriter error)
    {
        var email = new Option<string>("--email") { Description = "The owner's mail address.", Required = true };
        var workspace = new Option<string>("--workspace") { Description = "The workspace's name: usually the business's.", Required = true };
        var name = new Option<string?>("--name") { Description = "The owner's name." };
        var zone = new Option<string>("--time-zone") { Description = "IANA name of the workspace's time zone.", DefaultValueFactory = _ => "UTC" };
        var keyFile = new Option<FileInfo?>("--api-key-file") { Description = "Also make an API key that may do all an owner may but owning, and write it to this new file." };
        var sample = new Option<bool>("--sample") { Description = "Put the sample business in: a small outdoor shop, an agent that answers its mail, and two mails to begin with." };
        var command = new Command("setup", "Make the owner and a workspace. The password is read from standard input.")
        {
            email, workspace, name, zone, keyFile, sample,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, cancel) =>
        {
            if (await ReadPassword(input, error) is not { Length: > 0 } password)
            {
                await error.WriteLineAsync("No password came on standard input: echo \"$PASSWORD\" | dotnet BizQ.Web.dll setup …");
                return CommandLine.Misused;
            }
            var asked = new Asked(
                parsed.GetValue(email)!, password, parsed.GetValue(workspace)!, parsed.GetValue(name), parsed.GetValue(zone)!, parsed.GetValue(keyFile),
                parsed.GetValue(sample) ? error : null);
            await using var app = await Quiet.Build(parsed);
            await using var scope = app.Services.CreateAsyncScope();
            var done = await Run(scope.ServiceProvider, asked, cancel);
            await (done.Ok ? output : error).WriteLineAsync(done.Ok ? done.Value : Words(done.Refusal!));
            return done.Ok ? 0 : CommandLine.Failed;
        });
        return command;
    }

    private static async Task<Outcome<string>> Run(IServiceProvider services, Asked asked, CancellationToken cancel)
    {
        // Opened first: a key that cannot be written down must not be made.
        await using var keyFile = Open(asked.KeyFile, out var cannotWrite);
        var done = cannotWrite ?? await Make(services, asked, keyFile, cancel);
        if (!done.Ok && keyFile is not null)
            asked.KeyFile!.Delete();
        return done;
    }

    private static async Task<Outcome<string>> Make(IServiceProvider services, Asked asked, StreamWriter? keyFile, CancellationToken cancel)
    {
        var made = await MakeWorkspace(services, asked, cancel);
        if (made.Refusal is { } refusal)
            return refusal;
        var actor = made.Value.Actor;
        var ready = $"The workspace \"{made.Value.WorkspaceName}\" is ready; {made.Value.Email} signs in as its owner.";
        if (asked.SampleProgress is { } progress)
        {
            await progress.WriteLineAsync("Putting the sample business in …");
            var sample = await services.GetRequiredService<InstallSample>().Run(actor, cancel);
            if (sample.Refusal is { } noSample)
                return noSample;
            ready += " The sample business is in it; its first mails are worked on as soon as BizQ runs.";
        }
        if (keyFile is not null)
        {
            var key = await services.GetRequiredService<MakeKey>().Run(
                actor, new MakeKeyRequest("Made at set-up", [.. actor.Permissions.Where(permission => permission != Permission.Own)]), cancel);
            if (key.Refusal is { } noKey)
                return noKey;
            await keyFile.WriteAsync(key.Value.Secret);
        }
        return ready;
    }

    private static async Task<Outcome<Seat>> MakeWorkspace(IServiceProvider services, Asked asked, CancellationToken cancel)
    {
        var setUp = services.GetRequiredService<SetUpBusiness>();
        if (!await setUp.IsDone(cancel))
            return await setUp.Run(new SetUpRequest(asked.Email, asked.Password, asked.Workspace, asked.Name, asked.TimeZone), cancel);

        var person = await services.GetRequiredService<CheckPassword>().Run(asked.Email, asked.Password, cancel);
        if (person.Refusal is { } wrong)
            return wrong;
        var seats = services.GetRequiredService<FindSeat>();
        if ((await seats.All(person.Value.Id, cancel)).FirstOrDefault(seat => seat.Role == Role.Owner) is not { } owner)
            return new Refusal(RefusalKind.Forbidden, "notOwner", "Only an owner opens a further workspace, and this person owns none.");
        var workspace = await services.GetRequiredService<CreateWorkspace>().Run(owner.Actor, asked.Workspace, asked.TimeZone, cancel);
        if (workspace.Refusal is { } refusal)
            return refusal;
        return (await seats.Run(person.Value.Id, workspace.Value.Id, cancel))!;
    }

    /// <summary>A new file only its owner can read; an existing one is never overwritten.</summary>
    private static StreamWriter? Open(FileInfo? file, out Refusal? problem)
    {
        problem = null;
        if (file is null)
            return null;
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return new StreamWriter(file.FullName, options);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = Refusal.Invalid("keyFile", $"The key file cannot be written: {failure.Message}");
            return null;
        }
    }

    private static async Task<string?> ReadPassword(TextReader input, TextWriter error)
    {
        if (ReferenceEquals(input, Console.In) && !Console.IsInputRedirected)
        {
            await error.WriteAsync("Password: ");
            return ReadHidden(error);
        }
        return await input.ReadLineAsync();
    }

    private static string ReadHidden(TextWriter error)
    {
        var password = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace && password.Length > 0)
                password.Length--;
            else if (!char.IsControl(key.KeyChar))
                password.Append(key.KeyChar);
        }
        error.WriteLine();
        return password.ToString();
    }

    private static string Words(Refusal refusal) => refusal.Problems is { Count: > 1 } problems
        ? string.Join(Environment.NewLine, problems.Select(problem => problem.Message))
        : refusal.Message;
}
