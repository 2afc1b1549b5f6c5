using BizQ.Core.Data;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>Nothing in the simulator's worlds is so large that it would go there.</summary>
internal sealed class SimArchive : Archive
{
    public override Task<string?> Problem(CancellationToken cancel) => Task.FromResult<string?>(null);

    protected override Task<bool> Has(Guid workspaceId, string hash, CancellationToken cancel) => throw new NotSupportedException();

    protected override Task Store(Guid workspaceId, string hash, string fileName, byte[] packed, CancellationToken cancel) => throw new NotSupportedException();

    protected override Task<byte[]?> Find(Guid workspaceId, string hash, CancellationToken cancel) => throw new NotSupportedException();

    protected override void Close()
    {
    }
}
