using System.Text;

namespace BizQ.Tests.Mail;

/// <summary>Raw messages for tests, written for this project.</summary>
internal static class Mails
{
    /// <summary>An ordinary mail; each argument replaces what its name says, <paramref name="more"/> adds header lines.</summary>
    public static byte[] Ordinary(string id = "one@customers.example", string subject = "Where is my order?", string text = "Hello, where is my parcel?", string from = "Ana Lind <ana@customers.example>", params string[] more) =>
        Raw([$"From: {from}", "To: support@shop.example", $"Subject: {subject}", "Date: Mon, 23 Nov 2026 09:00:00 +0000", .. id.Length > 0 ? new[] { $"Message-ID: <{id}>" } : [], .. more, "", text]);

    public static byte[] Raw(params string[] lines) => Encoding.UTF8.GetBytes(string.Join("\r\n", lines) + "\r\n");

    /// <summary>Bytes as they are written, one a character.</summary>
    public static byte[] Latin(params string[] lines) => Encoding.Latin1.GetBytes(string.Join("\r\n", lines) + "\r\n");
}
