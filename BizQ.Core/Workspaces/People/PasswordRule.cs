using Microsoft.AspNetCore.Identity;

namespace BizQ.Core.Workspaces.People;

/// <summary>
/// Length beats signs: 10 characters at least (guessing is slowed to 5 tries per 10 minutes), nothing that is tried first.
/// 128 at most, so that hashing a huge text is no attack.
/// </summary>
public sealed class PasswordRule : IPasswordValidator<Person>
{
    public const int Least = 10;
    public const int Most = 128;
    public const string Sentence = "At least 10 characters. A few words you can remember are better than one word with signs.";

    private static readonly HashSet<string> Tried = new(StringComparer.OrdinalIgnoreCase)
    {
        "password12", "password123", "password1234", "passwordpassword", "1234567890", "12345678910", "123456789012",
        "0123456789", "qwertyuiop", "qwerty1234", "qwerty12345", "qwertyuiop1", "iloveyou12", "letmein1234", "welcome123",
        "welcome1234", "administrator", "admin12345", "changeme123", "1q2w3e4r5t", "abcdefghij", "abc1234567", "asdfghjkl1",
    };

    /// <summary>What is wrong with a password as a sentence; null when nothing is.</summary>
    public static string? ProblemOf(string? password, string? email) => password switch
    {
        null or { Length: < Least } => $"The password needs at least {Least} characters.",
        { Length: > Most } => $"The password may have at most {Most} characters.",
        _ when Tried.Contains(password) => "This password is among the first that are tried. Take a few words of your own.",
        _ when password.Distinct().Count() < 4 => "This password repeats the same few characters. Take a few words of your own.",
        _ when email is { Length: > 0 } && password.Contains(email.Split('@')[0], StringComparison.OrdinalIgnoreCase)
            && email.Split('@')[0].Length >= 4 => "The password must not contain your mail address.",
        _ => null,
    };

    public Task<IdentityResult> ValidateAsync(UserManager<Person> manager, Person user, string? password) =>
        Task.FromResult(ProblemOf(password, user.Email) is { } problem
            ? IdentityResult.Failed(new IdentityError { Code = "Password", Description = problem })
            : IdentityResult.Success);
}
