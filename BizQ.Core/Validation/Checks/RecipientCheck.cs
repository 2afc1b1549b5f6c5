using System.Net.Mail;
using BizQ.Core.Validation.PersonalData;

namespace BizQ.Core.Validation.Checks;

/// <summary>A message goes only to whom the agent may write, and to nobody through a trick in the address.</summary>
public sealed class RecipientCheck : ICheck
{
    public string Name => "recipient";
    public string Title => "Recipient";
    public string Summary => "A message goes to one address the agent's permissions allow: who wrote in, a known customer, a listed address or domain. Line breaks in headers and the business's own address are blocked.";

    public IEnumerable<Finding> Look(CheckInput input)
    {
        if (input.Message is not { } message)
            return [];
        if (HasLineBreak(message.To) || HasLineBreak(message.Subject ?? ""))
            return [this.Block("headerInjection", "The address or the subject holds a line break, which could smuggle further recipients into the mail.", message.To)];
        if (message.Recipients.Count == 0)
            return [this.Block("noRecipient", "There is nobody to send this to.")];
        List<Finding> findings = [.. message.Recipients.Select(address => Look(input, address))];
        if (message.Recipients.Count > 1)
            findings.Add(this.Review("severalRecipients", $"It would go to {message.Recipients.Count} people at once; each of them sees the others' addresses.", message.To));
        return findings;
    }

    private Finding Look(CheckInput input, string address)
    {
        if (!MailAddress.TryCreate(address, out var parsed) || parsed.Address != address || !address.Contains('.', StringComparison.Ordinal))
            return this.Block("notAnAddress", $"'{address}' is not a mail address.", address);
        if (Same(address, input.BusinessAddress))
            return this.Block("ownAddress", "This is the business's own address: the mail would come straight back and start the agent again.", address);
        if (WhyAllowed(input, input.Agent.Permissions.Recipients, address) is { } why)
        {
            return input.Agent.Permissions.RecipientsOfCallers.All(list => WhyAllowed(input, list, address) is not null)
                ? this.Allow("allowed", $"{address} is allowed: {why}.", address)
                : this.Block("recipientNotAllowedToCaller", $"{input.Agent.Name} was called by an agent that may not write to {address}, so it may not either. Extend the caller's permissions if it should.", address);
        }
        return this.Block("recipientNotAllowed", $"{input.Agent.Name} may not write to {address}. Its permissions allow: {string.Join(", ", input.Agent.Permissions.Recipients.DefaultIfEmpty("nobody"))}.", address);
    }

    private static string? WhyAllowed(CheckInput input, IReadOnlyList<string> recipients, string address)
    {
        foreach (var allowed in recipients)
        {
            if (allowed.Equals("sender", StringComparison.OrdinalIgnoreCase) && Same(address, input.CameIn.Address))
                return "this is who wrote in";
            if (allowed.Equals("customers", StringComparison.OrdinalIgnoreCase) && IsKnown(input, address))
                return "a known customer";
            if (allowed.StartsWith('@') && address.EndsWith(allowed, StringComparison.OrdinalIgnoreCase))
                return $"the agent may write to {allowed}";
            if (Same(allowed, address))
                return "the agent's permissions list it";
        }
        return null;
    }

    private static bool IsKnown(CheckInput input, string address) =>
        input.Named.Select(Thing.Of).Concat(input.Evidence.Select(Thing.Of).OfType<Thing>())
            .Any(thing => thing.Type.Equals("customer", StringComparison.OrdinalIgnoreCase) && (Same(thing.Key, address) || Ownership.MailAddresses(thing.Data).Any(known => Same(known, address))));

    private static bool HasLineBreak(string text) => text.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0;

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
