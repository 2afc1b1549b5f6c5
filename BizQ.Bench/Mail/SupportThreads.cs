using System.Text.Json;
using MimeKit;

namespace BizQ.Bench.Mail;

/// <summary>One conversation of a customer with a support desk.</summary>
/// <param name="Messages">In their order; true for what the customer wrote.</param>
internal sealed record SupportThread(int Id, string Customer, string Subject, IReadOnlyList<(bool FromCustomer, string Text)> Messages);

/// <summary>Reads tickets.json (and the customers' names from customers.json beside it), and writes their messages as mails.</summary>
internal static class SupportThreads
{
    private const string Desk = "support@tarnwick.example";

    public static IReadOnlyList<SupportThread> Read(string tickets)
    {
        var customers = Path.Combine(Path.GetDirectoryName(tickets)!, "customers.json");
        var names = !File.Exists(customers) ? [] : Parse(customers).EnumerateArray()
            .ToDictionary(c => c.GetProperty("CustomerId").GetInt32(), c => c.GetProperty("FullName").GetString()!);
        try
        {
            return [.. Parse(tickets).EnumerateArray().Select(t => new SupportThread(
                t.GetProperty("TicketId").GetInt32(),
                names.GetValueOrDefault(t.GetProperty("CustomerId").GetInt32(), "A Customer"),
                t.GetProperty("ShortSummary").GetString() ?? "",
                [.. t.GetProperty("Messages").EnumerateArray().Select(m => (m.GetProperty("IsCustomerMessage").GetBoolean(), m.GetProperty("Text").GetString() ?? ""))]))];
        }
        catch (Exception wrong) when (wrong is KeyNotFoundException or InvalidOperationException)
        {
            throw new CouldNotRunException($"{tickets} has not the format of the support data: {wrong.Message}");
        }
    }

    /// <summary>One mail per message of the customer, each an answer to the one before with what the desk wrote quoted below it.</summary>
    public static IEnumerable<byte[]> Mails(SupportThread thread)
    {
        var (sent, quoted) = (new List<string>(), "");
        foreach (var (fromCustomer, text) in thread.Messages)
        {
            if (!fromCustomer)
            {
                quoted = $"\r\n\r\nOn Monday, 23 November 2026, Tarnwick Outdoor wrote:\r\n> {text.ReplaceLineEndings("\r\n> ")}";
                continue;
            }
            using var message = new MimeMessage
            {
                MessageId = $"thread-{thread.Id}.{sent.Count}@customers.example",
                Subject = sent.Count == 0 ? thread.Subject : $"Re: {thread.Subject}",
                Body = new TextPart("plain") { Text = text + quoted },
            };
            message.From.Add(new MailboxAddress(thread.Customer, $"customer-{thread.Id}@customers.example"));
            message.To.Add(MailboxAddress.Parse(Desk));
            message.References.AddRange(sent);
            if (sent.Count > 0)
                message.InReplyTo = sent[^1];
            sent.Add(message.MessageId);
            using var bytes = new MemoryStream();
            message.WriteTo(bytes);
            yield return bytes.ToArray();
        }
    }

    private static JsonElement Parse(string file)
    {
        try
        {
            return JsonElement.Parse(File.ReadAllText(file));
        }
        catch (JsonException wrong)
        {
            throw new CouldNotRunException($"{file} is not JSON: {wrong.Message}");
        }
    }
}
