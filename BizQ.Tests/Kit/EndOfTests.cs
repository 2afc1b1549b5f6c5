using BizQ.Tests.Kit;

[assembly: AssemblyFixture(typeof(EndOfTests))]

namespace BizQ.Tests.Kit;

/// <summary>Stops what the tests share once the last of them has ended.</summary>
public sealed class EndOfTests : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Chromium.StopShared();
        await PostgresServer.StopShared();
    }
}
