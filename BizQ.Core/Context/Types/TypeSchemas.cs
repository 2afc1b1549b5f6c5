using System.Collections.Concurrent;
using System.Text.Json;
using NJsonSchema;

namespace BizQ.Core.Context;

/// <summary>The compiled schema of each type; compiling one takes milliseconds, so each is kept.</summary>
public sealed class TypeSchemas
{
    // Own types of many workspaces come and go; when there are too many the cache starts anew.
    private const int Most = 2000;

    private readonly ConcurrentDictionary<string, Task<JsonSchema>> _schemas = new(StringComparer.Ordinal);

    public async Task<JsonSchema> Of(JsonElement schema)
    {
        var text = schema.GetRawText();
        if (_schemas.TryGetValue(text, out var known))
            return await known;
        var compiled = await JsonSchema.FromJsonAsync(text);
        if (_schemas.Count >= Most)
            _schemas.Clear();
        _schemas[text] = Task.FromResult(compiled);
        return compiled;
    }
}
