using BizQ.Core.Workspaces;

namespace BizQ.Core.Mail;

public enum MailDirection { In, Out }

/// <summary>What a message is. Only <see cref="Ordinary"/> ones start an agent; the others are kept and never answered.</summary>
public enum MailClass { Ordinary, AutoReply, Bounce, MailingList, OwnMail }

/// <summary>A message received or sent. The raw bytes are in the archive under <see cref="ContentHash"/>.</summary>
public sealed class MailMessage : IInWorkspace
{
    public required Guid Id { get; init; }
    public required Guid WorkspaceId { get; init; }
    public required MailDirection Direction { get; init; }
    /// <summary>Without angle brackets; unique per workspace and direction. Made from the content's hash when a message has none.</summary>
    public required string MessageId { get; init; }
    public string? InReplyTo { get; init; }
    /// <summary>Space-separated Message-IDs, oldest first.</summary>
    public string? References { get; init; }
    /// <summary>The first mail of the conversation that is known here; its own id when it starts one.</summary>
    public required Guid ThreadId { get; init; }
    /// <summary>Empty when the message names no sender.</summary>
    public required string FromAddress { get; init; }
    public string? FromName { get; init; }
    /// <summary>Comma-separated addresses.</summary>
    public required string ToAddresses { get; init; }
    public required string Subject { get; init; }
    /// <summary>The text a person wrote: HTML turned to text, quotes kept.</summary>
    public required string Text { get; init; }
    public required MailClass Class { get; init; }
    /// <summary>Why it started no agent, or why it is not answered; null when it did.</summary>
    public NotAnswered? NotAnswered { get; set; }
    /// <summary>What had to be guessed while reading it, in sentences; null for a well-formed message.</summary>
    public string? Note { get; init; }
    public required string ContentHash { get; init; }
    public required long Size { get; init; }
    public int AttachmentCount { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    /// <summary>The date its sender wrote on it.</summary>
    public DateTimeOffset? SentAt { get; init; }
    /// <summary>What the one who delivered it named it by, when that is not the Message-ID; unique in the workspace.</summary>
    public string? IdempotencyKey { get; init; }
    /// <summary>The run that answers it; for mail going out, the run that wrote it.</summary>
    public Guid? RunId { get; set; }
    /// <summary>For mail going out: the effect in the ledger, which alone knows whether it was sent.</summary>
    public Guid? EffectId { get; init; }
}
