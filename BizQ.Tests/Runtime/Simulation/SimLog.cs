using Microsoft.Extensions.Logging;

namespace BizQ.Tests.Runtime.Simulation;

/// <summary>What a process would have written into its log becomes part of the story of its seed.</summary>
internal sealed class SimLog(World world, Life life) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            world.Tell($"{life.Name} logs {logLevel}: {exception?.GetType().Name} {exception?.Message}");
    }

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
