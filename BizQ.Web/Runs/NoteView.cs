using BizQ.Core.Runs;

namespace BizQ.Web.Runs;

/// <summary>What somebody asked of a run.</summary>
public sealed record NoteView(RunAsk Asked, string By, DateTimeOffset At, Guid? NewRunId);
