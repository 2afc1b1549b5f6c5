namespace BizQ.Core;

/// <summary>What sort of "no" a refusal is; the API maps each to one status code.</summary>
public enum RefusalKind { Invalid, Unauthenticated, Forbidden, NotFound, Conflict, Stale, TooLarge, Unsupported, Limited, Unavailable }

/// <summary>One thing wrong with what was sent: where (a JSON pointer, empty for the whole) and what to do about it.</summary>
public sealed record Problem(string Pointer, string Message);

/// <summary>
/// An expected "no": a value, never an exception. <paramref name="Code"/> is its stable lower camel case name for
/// machines, <paramref name="Message"/> the sentence for people: what happened, why, and what to do.
/// </summary>
public sealed record Refusal(RefusalKind Kind, string Code, string Message, IReadOnlyList<Problem>? Problems = null)
{
    /// <summary>Unknown, and of another workspace: the same answer, so that ids tell nothing.</summary>
    public static Refusal NotFound(string what) =>
        new(RefusalKind.NotFound, "notFound", $"There is no {what} with this id here. It may have been removed, or the link is incomplete.");

    public static Refusal Invalid(string code, string message, params IReadOnlyList<Problem> problems) =>
        new(RefusalKind.Invalid, code, message, problems);

    public static Refusal Conflict(string code, string message) => new(RefusalKind.Conflict, code, message);

    /// <summary>It is not any more what the caller has seen, so their change would undo somebody else's.</summary>
    public static Refusal Stale(string code, string message) => new(RefusalKind.Stale, code, message);

    public static Refusal TooLarge(string code, string message) => new(RefusalKind.TooLarge, code, message);
}

/// <summary>Either a value or a <see cref="BizQ.Core.Refusal"/>. Both convert implicitly, so methods just return one or the other.</summary>
public readonly record struct Outcome<T>
{
    private readonly T? _value;

    private Outcome(T? value, Refusal? refusal) => (_value, Refusal) = (value, refusal);

    public Refusal? Refusal { get; }

    public bool Ok => Refusal is null;

    /// <summary>The value; asking a refused outcome for it is a bug and throws with the refusal's sentence.</summary>
    public T Value => Refusal is null ? _value! : throw new InvalidOperationException(Refusal.Message);

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}

/// <summary>The value of an outcome that has nothing to say but that it happened.</summary>
public readonly record struct Done;
