using System.Collections.Concurrent;
using BizQ.Core.Agents;
using NJsonSchema;

namespace BizQ.Core.Validation;

/// <summary>The compiled schema of each operation's arguments; compiling one takes milliseconds, so each is kept.</summary>
public sealed class OperationSchemas
{
    private readonly ConcurrentDictionary<string, Task<JsonSchema>> _schemas = new(StringComparer.Ordinal);

    public Task<JsonSchema> Of(OperationDescription operation) =>
        _schemas.GetOrAdd(operation.Name, _ => JsonSchema.FromJsonAsync(operation.Arguments.GetRawText()));
}
