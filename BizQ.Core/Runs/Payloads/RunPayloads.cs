using System.Runtime.InteropServices;
using System.Text.Json;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;

namespace BizQ.Core.Runs;

/// <summary>
/// What runs and steps are given and make, on its way between memory, where it is whole, and rows, which hold at most
/// <see cref="ArchivedJson.MostInline"/> of each. Kept first and referred to then: a crash in between leaves content that
/// nobody refers to, which is found again when the step is done again.
/// </summary>
public sealed class RunPayloads(Archive archive)
{
    private const string FileName = "payload.json";

    /// <summary>As it may stand in a row. Nearly always that is what was given, and costs a look at its length.</summary>
    public async ValueTask<JsonElement?> Stored(Guid workspaceId, JsonElement? whole, CancellationToken cancel)
    {
        if (whole is not { } value || !ArchivedJson.MustBeKept(value))
            return whole;
        var content = JsonMarshal.GetRawUtf8Value(value).ToArray();
        return ArchivedJson.Reference(await archive.Keep(workspaceId, content, FileName, cancel), content.Length);
    }

    /// <summary>What a row says, or what it refers to.</summary>
    /// <exception cref="PayloadLostException">The archive does not have it, as when it was not restored together with the database.</exception>
    public async ValueTask<JsonElement?> Whole(Guid workspaceId, JsonElement? stored, CancellationToken cancel)
    {
        if (ArchivedJson.In(stored) is not { } archived)
            return stored;
        var content = await archive.Read(workspaceId, archived.Hash, cancel) ?? throw new PayloadLostException(archived);
        return JsonElement.Parse(content);
    }

    /// <summary>What a run was given; null when it is lost.</summary>
    public async ValueTask<JsonElement?> InputOf(Run run, CancellationToken cancel)
    {
        try
        {
            return await Whole(run.WorkspaceId, run.Input, cancel);
        }
        catch (PayloadLostException)
        {
            return null;
        }
    }

    /// <summary>The run with all it was given and came to.</summary>
    public async ValueTask Fill(Run run, CancellationToken cancel)
    {
        run.Input = (await Whole(run.WorkspaceId, run.Input, cancel))!.Value;
        run.Output = await Whole(run.WorkspaceId, run.Output, cancel);
    }

    public async ValueTask Fill(RunStep step, CancellationToken cancel)
    {
        step.Input = await Whole(step.WorkspaceId, step.Input, cancel);
        step.Output = await Whole(step.WorkspaceId, step.Output, cancel);
    }

    /// <summary>The row of a new run: the run itself, or a copy that refers to what is large.</summary>
    public async ValueTask<Run> Row(Run run, CancellationToken cancel)
    {
        if (!ArchivedJson.MustBeKept(run.Input))
            return run;
        var row = run.Copy();
        row.Input = (await Stored(run.WorkspaceId, run.Input, cancel))!.Value;
        return row;
    }

    /// <summary>The row of a run that goes on or ends: its input stands there already.</summary>
    public async ValueTask<Run> Going(Run run)
    {
        if (!ArchivedJson.MustBeKept(run.Output))
            return run;
        var row = run.Copy();
        row.Output = await Stored(run.WorkspaceId, run.Output, CancellationToken.None);
        return row;
    }

    /// <summary>The same steps, or copies of those that hold something large.</summary>
    public async ValueTask<IReadOnlyList<RunStep>> Rows(IReadOnlyList<RunStep> steps)
    {
        List<RunStep>? rows = null;
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            if (!ArchivedJson.MustBeKept(step.Input) && !ArchivedJson.MustBeKept(step.Output))
                continue;
            rows ??= [.. steps];
            rows[i] = step.Copy();
            rows[i].Input = await Stored(step.WorkspaceId, step.Input, CancellationToken.None);
            rows[i].Output = await Stored(step.WorkspaceId, step.Output, CancellationToken.None);
        }
        return rows ?? steps;
    }

    public async ValueTask<IReadOnlyList<Run>> Rows(IReadOnlyList<Run> runs)
    {
        List<Run>? rows = null;
        for (var i = 0; i < runs.Count; i++)
        {
            if (await Row(runs[i], CancellationToken.None) is var row && row != runs[i])
                (rows ??= [.. runs])[i] = row;
        }
        return rows ?? runs;
    }
}

/// <summary>What a row refers to is not in the archive.</summary>
public sealed class PayloadLostException(ArchivedReference lost)
    : Exception($"The archive does not have the {lost.Bytes:N0} bytes under {lost.Hash} that a run refers to. Restore the archive together with the database.");
