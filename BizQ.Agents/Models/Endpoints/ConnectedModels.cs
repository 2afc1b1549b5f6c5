using Microsoft.Extensions.Options;

namespace BizQ.Agents.Models.Endpoints;

/// <summary>The endpoints of the configuration, in its order, connected for as long as this process runs.</summary>
public sealed class ConnectedModels(IOptions<ModelOptions> options, TimeProvider clock) : IDisposable
{
    private readonly Lazy<IReadOnlyList<Endpoint>> _all = new(() =>
        [.. options.Value.Endpoints.Select(one => new Endpoint(one, one.KeyVariable.Length > 0 ? Environment.GetEnvironmentVariable(one.KeyVariable) : null, clock))]);

    public IReadOnlyList<Endpoint> All => _all.Value;

    public decimal DailyBudgetUsd => options.Value.DailyBudgetUsd;

    public Endpoint? Named(string name) => All.FirstOrDefault(endpoint => endpoint.Options.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public void Dispose()
    {
        if (!_all.IsValueCreated)
            return;
        foreach (var endpoint in _all.Value)
            endpoint.Dispose();
    }
}
