using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BizQ.Agents.Models.Endpoints;
using BizQ.Core;
using Microsoft.Extensions.Caching.Memory;

namespace BizQ.Agents.Models;

/// <summary>
/// Answers of endpoints, kept by everything that went into them: the same question over the same evidence is paid once. Anything
/// different in the context, the agent or the model makes another key; workspaces never share.
/// </summary>
public sealed class KnownAnswers : IDisposable
{
    /// <summary>Bytes of all answers together; some ten thousand usual ones.</summary>
    private const long Kept = 20_000_000;
    /// <summary>A model behind a name changes now and then, and a person who tries again later wants to see it try.</summary>
    private static readonly TimeSpan s_fresh = TimeSpan.FromHours(1);

    private readonly MemoryCache _answers = new(new MemoryCacheOptions { SizeLimit = Kept });

    internal static string KeyOf(Endpoint endpoint, ModelTask task) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{endpoint.Title}\n{Json.Text(task with { BudgetUsd = null, Model = null })}")));

    public JsonElement? Find(string key) => _answers.TryGetValue(key, out JsonElement known) ? known : null;

    public void Keep(string key, JsonElement output) =>
        _answers.Set(key, output, new MemoryCacheEntryOptions { Size = 200 + output.GetRawText().Length * 2L, AbsoluteExpirationRelativeToNow = s_fresh });

    public void Dispose() => _answers.Dispose();
}
