namespace BizQ.Core.Validation.PersonalData;

/// <summary>The arithmetic that tells a bank or card number from any other row of digits.</summary>
internal static class Checksums
{
    /// <summary>ISO 13616: the first four characters moved to the end, letters as 10 to 35, the whole modulo 97 leaves 1.</summary>
    public static bool IsIban(string text)
    {
        if (text.Length is < 15 or > 34)
            return false;
        var rest = 0;
        foreach (var c in text[4..] + text[..4])
        {
            if (char.IsAsciiDigit(c))
                rest = ((rest * 10) + (c - '0')) % 97;
            else if (char.IsAsciiLetter(c))
                rest = ((rest * 100) + (char.ToUpperInvariant(c) - 'A' + 10)) % 97;
            else
                return false;
        }
        return rest == 1;
    }

    /// <summary>A card network's prefix and length, and the Luhn sum.</summary>
    public static bool IsCard(string digits) => HasPrefix(digits) && Luhn(digits);

    private static bool HasPrefix(string digits) => digits.Length switch
    {
        13 => digits[0] == '4',
        14 => digits[0] == '3' && digits[1] is '0' or '6' or '8',
        15 => digits.StartsWith("34", StringComparison.Ordinal) || digits.StartsWith("37", StringComparison.Ordinal),
        16 => digits[0] == '4' || (digits[0] == '5' && digits[1] is >= '1' and <= '5') || (string.CompareOrdinal(digits[..4], "2221") >= 0 && string.CompareOrdinal(digits[..4], "2720") <= 0)
            || digits.StartsWith("6011", StringComparison.Ordinal) || digits.StartsWith("65", StringComparison.Ordinal) || digits.StartsWith("35", StringComparison.Ordinal),
        19 => digits[0] is '4' or '6',
        _ => false,
    };

    private static bool Luhn(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            if (i % 2 == 1)
                digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }
        return sum % 10 == 0;
    }
}
