using MailKit.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Options;

namespace BizQ.Agents.Mail;

/// <summary>Auto: TLS when the server offers it. StartTls: insist on it. OnConnect: from the first byte (port 465). None: never.</summary>
public enum SmtpTls { Auto, StartTls, OnConnect, None }

/// <summary>The section "Mail:Smtp" of the configuration. Without a host, mail goes to files in outbox/.</summary>
public sealed record SmtpOptions
{
    public const string Section = "Mail:Smtp";

    public string Host { get; init; } = "";
    /// <summary>0: 465 for OnConnect, else 587.</summary>
    public int Port { get; init; }
    public string User { get; init; } = "";
    /// <summary>From the environment (Mail__Smtp__Password), never from a file.</summary>
    public string Password { get; init; } = "";
    public SmtpTls Tls { get; init; } = SmtpTls.Auto;
    public int TimeoutSeconds { get; init; } = 60;

    public bool Configured => Host.Length > 0;

    public int UsedPort => Port > 0 ? Port : Tls == SmtpTls.OnConnect ? 465 : 587;

    public SecureSocketOptions SocketOptions => Tls switch
    {
        SmtpTls.StartTls => SecureSocketOptions.StartTls,
        SmtpTls.OnConnect => SecureSocketOptions.SslOnConnect,
        SmtpTls.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTlsWhenAvailable,
    };
}

/// <summary>Every message names the key and what it may be.</summary>
internal sealed class ValidateSmtpOptions(IConfiguration configuration) : IValidateOptions<SmtpOptions>
{
    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        var problems = new List<string>();
        if (options.Port is < 0 or > 65535)
            problems.Add("Mail:Smtp:Port must be from 1 to 65535, or 0 for the usual one.");
        if (options.TimeoutSeconds is < 5 or > 600)
            problems.Add("Mail:Smtp:TimeoutSeconds must be from 5 to 600.");
        if (options.User.Length > 0 != options.Password.Length > 0)
            problems.Add("Mail:Smtp:User and the environment variable Mail__Smtp__Password must be given together, or neither.");
        if (options is { User.Length: > 0, Tls: SmtpTls.None } && options.Host is not ("localhost" or "127.0.0.1" or "::1"))
            problems.Add("Mail:Smtp:Tls must be Auto, StartTls or OnConnect when Mail:Smtp:User is set: with None the password would travel in the clear.");
        if (PasswordIsInAFile())
            problems.Add("Mail:Smtp:Password must not stand in a configuration file. Give it in the environment variable Mail__Smtp__Password.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private bool PasswordIsInAFile() => configuration is IConfigurationRoot root
        && root.Providers.OfType<JsonConfigurationProvider>().Any(file => file.TryGet($"{SmtpOptions.Section}:{nameof(SmtpOptions.Password)}", out var written) && !string.IsNullOrEmpty(written));
}
