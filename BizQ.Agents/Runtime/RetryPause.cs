using System.Text.Json;
using BizQ.Agents.Nodes;
using BizQ.Agents.Runtime.Flow;
using BizQ.Core.Agents;

namespace BizQ.Agents.Runtime;

/// <summary>
/// Whether a failed node is tried again, and how long to wait before: as its definition says, or else about 1 s and then about
/// 2 s. Half to one and a half of it at random, so that runs that failed together do not come back together.
/// </summary>
public sealed class RetryPause(Random random)
{
    /// <summary>Attempts in all before the failure is stored, where the node does not say.</summary>
    public const int Attempts = 3;

    private static readonly RetryDefinition Usual = new() { Attempts = Attempts };

    private readonly Lock _gate = new();

    /// <summary>The same for an error that is known from the journal, of a node that says it is to be tried again.</summary>
    public TimeSpan? After(RetryDefinition retry, JsonElement error, int attempt, bool worth) =>
        After(retry, new NodeResult.Failed(Interpreter.Text(error, "code") ?? "", "", Retryable: worth), attempt);

    /// <summary>Null when it is not worth another attempt, or there have been enough.</summary>
    /// <param name="attempt">Which attempt has failed, from 1.</param>
    public TimeSpan? After(RetryDefinition? retry, NodeResult.Failed failed, int attempt)
    {
        retry ??= Usual;
        var worth = retry.On is { } codes ? codes.Contains("*") || codes.Contains(failed.Code, StringComparer.Ordinal) : failed.Retryable;
        if (!worth || attempt >= retry.Attempts)
            return null;
        var seconds = Math.Min(retry.FirstSeconds * Math.Pow(retry.Factor, attempt - 1), retry.MaxSeconds);
        lock (_gate)
            return TimeSpan.FromSeconds(seconds * (0.5 + random.NextDouble()));
    }
}
