using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace BizQ.Agents.Models;

/// <summary>Every message names the key and what it may be.</summary>
internal sealed partial class ValidateModelOptions(IConfiguration configuration) : IValidateOptions<ModelOptions>
{
    private static readonly string[] s_known = [.. typeof(EndpointOptions).GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];

    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        var problems = options.Endpoints.Index().SelectMany(one => Problems($"Models:Endpoints:{one.Index}", one.Item)).Concat(Unknown()).ToList();
        problems.AddRange(options.Endpoints.GroupBy(endpoint => endpoint.Name, StringComparer.OrdinalIgnoreCase).Where(same => same.Key.Length > 0 && same.Count() > 1)
            .Select(same => $"Models:Endpoints: two are named \"{same.Key}\"; every Name must be another."));
        if (options.DailyBudgetUsd < 0)
            problems.Add("Models:DailyBudgetUsd must be 0 (no limit) or more.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(string key, EndpointOptions options)
    {
        if (!Named().IsMatch(options.Name) || options.Name.Equals(ModelUse.BuiltIn, StringComparison.OrdinalIgnoreCase))
            yield return $"{key}:Name is \"{options.Name}\". Needed are 1 to 50 letters, digits, '.', '_' and '-', the first a letter or digit, and not \"{ModelUse.BuiltIn}\".";
        if (AddressProblem(options) is { } problem)
            yield return $"{key}:BaseUrl {problem}";
        if (string.IsNullOrWhiteSpace(options.Model) || options.Model.Length > 200)
            yield return $"{key}:Model must be the model's name as the endpoint knows it, such as \"gpt-5-mini\" (1 to 200 characters).";
        if (options.KeyVariable.Length > 0 && !Variable().IsMatch(options.KeyVariable))
            yield return $"{key}:KeyVariable must be the name of an environment variable (letters, digits and '_'), such as OPENAI_API_KEY; the key itself does not belong here.";
        else if (options.KeyVariable.Length > 0 && string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(options.KeyVariable)))
            yield return $"{key}:KeyVariable names the environment variable {options.KeyVariable}, which is not set. Set it to the endpoint's key, or leave KeyVariable empty for a server that asks for none.";
        if (options.TimeoutSeconds is < 1 or > 600)
            yield return $"{key}:TimeoutSeconds must be from 1 to 600.";
        if (options.MaxRetries is < 0 or > 10)
            yield return $"{key}:MaxRetries must be from 0 to 10.";
        if (options.MaxOutputTokens is < 16 or > 200_000)
            yield return $"{key}:MaxOutputTokens must be from 16 to 200000.";
        if (options.Temperature is < 0 or > 2)
            yield return $"{key}:Temperature must be from 0 to 2.";
        if (options.InputPrice is < 0 or > 10_000 || options.OutputPrice is < 0 or > 10_000)
            yield return $"{key}:InputPrice and OutputPrice are US dollars per million tokens and must be from 0 to 10000.";
    }

    private static string? AddressProblem(EndpointOptions options)
    {
        if (!Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            return $"is \"{options.BaseUrl}\". Needed is an address such as https://api.openai.com/v1 or http://localhost:11434/v1.";
        if (address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
            return "must hold no user, query or fragment; the key comes from the environment variable that KeyVariable names.";
        return address.Scheme == "http" && options.KeyVariable.Length > 0 && !IsNear(address)
            ? "must begin with https://, or the key would travel in the clear. http:// is for this machine and the network it stands in."
            : null;
    }

    /// <summary>This machine, a name without a dot (another container) or a private address.</summary>
    private static bool IsNear(Uri address) =>
        address.IsLoopback || (address.HostNameType == UriHostNameType.Dns && !address.Host.Contains('.', StringComparison.Ordinal))
        || IPAddress.TryParse(address.Host, out var ip) && (ip.MapToIPv4().GetAddressBytes() is [10, ..] or [192, 168, ..] or [172, >= 16 and <= 31, ..] || ip.IsIPv6UniqueLocal);

    /// <summary>A misspelt setting would silently do nothing; a key in a file would end up in a backup.</summary>
    private IEnumerable<string> Unknown() =>
        from endpoint in configuration.GetSection($"{ModelOptions.Section}:{nameof(ModelOptions.Endpoints)}").GetChildren()
        from setting in endpoint.GetChildren()
        where !s_known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)
        select setting.Key.Contains("key", StringComparison.OrdinalIgnoreCase)
            ? $"{setting.Path} must not stand in the configuration. Put the key into an environment variable and its name into {endpoint.Path}:KeyVariable."
            : $"{setting.Path} is not known. Known are {string.Join(", ", s_known)}.";

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$")]
    private static partial Regex Named();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
    private static partial Regex Variable();
}
