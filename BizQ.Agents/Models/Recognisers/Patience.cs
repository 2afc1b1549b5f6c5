namespace BizQ.Agents.Models.Recognisers;

/// <summary>
/// How long one of our own patterns may look at one text. They need milliseconds for the longest text there may be; the limit is
/// only for a mistake in one, and so long that a machine which stands still for seconds under load does not meet it.
/// </summary>
internal static class Patience
{
    public const int Milliseconds = 10_000;
}
