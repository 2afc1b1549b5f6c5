using System.Text.RegularExpressions;

namespace BizQ.Core.Validation.Claims;

/// <summary>
/// What the business binds itself to: a refund, a replacement, something for free, a guarantee. A sentence promises when it
/// says so of itself ("free of charge", "guaranteed"), or names the thing together with a word that commits ("we will", "you
/// receive", "entitled"). Questions and refusals promise nothing; a refusal in the evidence contradicts a promise.
/// </summary>
internal static partial class PromiseClaims
{
    /// <summary>One kind of promise: how it sounds, and whether it needs a committing word beside it.</summary>
    private sealed record Kind(string Name, string Words, bool NeedsCommitment)
    {
        public Regex Pattern { get; } = new(Words, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Compiled);
    }

    private static readonly Kind[] Kinds =
    [
        new("refund", @"(?:full(?:y)? |partial(?:ly)? )?\brefund\w*|money back|\breimburs\w*|\b(?:rück)?erstatt\w*|Geld zurück|\brembours\w*|\breembols\w*|\brimbors\w*|\bterugbeta\w*", true),
        new("replacement", @"\breplacement\w*|(?<=\b(?:we|I|will|ll|happy to|glad to|be|been)\b[^,;.]{0,30})\breplac(?:e|ed|ing)\b|\bexchang(?:e|ed|es|ing)\b|\bnew (?:one|unit|item) (?:to you|out)\b|\bErsatz\w*|\bersetz\w*|\bumtausch\w*|\bremplac\w*|\béchang\w*|\breemplaz\w*", true),
        new("cancellation", @"\bcancel(?:l?ed|l?ing|lation)?\b|\bstornier\w*|\bannul(?:é|er|ons|ado|aremos)\w*", true),
        new("discount", @"\bdiscount\w*|\bRabatt\w*|\bremise\b|\bréduction\b|\bdescuento\w*|\bsconto\b", true),
        new("voucher", @"\bvouchers?\b|\bcoupons?\b|\bstore credit\b|\bcredit note\b|\bgift (?:card|voucher)\b|\bGutschein\w*|\bGutschrift\w*|\bbon d['’]achat\b|\bcupón\b|\bbuono\b", true),
        new("compensation", @"\bcompensat\w*|\bmake (?:it|this) up to you\b|\bgoodwill\b|\bentschädig\w*|\bdédommag\w*|\bindemni\w*", true),
        new("liability", @"\b(?:full|legal|all) (?:responsibility|liability)\b|\bwe are liable\b|\bour fault\b|\bwir haften\b", false),
        new("warranty", @"\bwarrant(?:y|ies)\b|\bGewährleistung\b|\bgarantie\b|\bgarantía\b|\bgaranzia\b", false),
        new("guarantee", @"\bguarantee[ds]?\b|\bwe promise\b|\bmy word\b|\bgarantier\w+|\bversprechen wir\b|\bwir versprechen\b|\bgarantissons\b|\bgaranti(?:e?s)?\b(?<!garantie)|\bgarantizamos\b", false),
        new("free", @"\bfree of charge\b|\bfor free\b|\bat no (?:extra |additional )?(?:cost|charge)\b|\bno (?:extra )?charge\b|\bcomplimentary\b|\bon the house\b|\bfree (?:standard |express |replacement |return |spare )?(?:shipping|delivery|postage|returns?|replacement|exchange|repairs?|upgrade|pickup|collection|parts?|gift|sample)\b|\b(?:is|are|be|comes) free\b(?! (?:to|from|of (?!charge)))|\bkostenlos\w*|\bkostenfrei\w*|\bgratis\b|\bgratuit\w*", false),
    ];

    /// <summary>What can be for free; "free shipping" in a policy does not make a replacement free.</summary>
    private static readonly (string Name, string Words)[] Things =
    [
        ("replacement", @"replac|exchang|spare|ersatz|ersetz|umtausch|remplac|échang|reemplaz"),
        ("return", @"\breturn|rücksend|rückgabe|retour|devol"),
        ("repair", @"\brepair|reparat|réparat|fix it"),
        ("shipping", @"shipp|deliver|postage|versand|liefer|livraison|expédi|envío|spediz"),
    ];

    public static IEnumerable<Claim> Read(string text, bool evidence)
    {
        var before = "";
        foreach (Match sentence in Sentence().Matches(text))
        {
            var words = sentence.Value;
            if (evidence || !words.TrimEnd().EndsWith('?'))
            {
                foreach (var claim in InSentence(words, before, sentence.Index, evidence))
                    yield return claim;
            }
            before = words;
        }
    }

    private static IEnumerable<Claim> InSentence(string words, string before, int start, bool evidence)
    {
        var commits = evidence || Commitment().IsMatch(words);
        foreach (var kind in Kinds.Where(k => commits || !k.NeedsCommitment))
        {
            foreach (Match match in kind.Pattern.Matches(words))
            {
                var clause = ClauseAround(words, match);
                var refused = Refusal().IsMatch(clause);
                if (evidence || !(refused || About().IsMatch(words[..match.Index])))
                    yield return Promise(kind.Name, [match.Value, clause, words, before], start + match.Index, match, refused);
            }
        }
    }

    /// <summary>The part of the sentence between commas: "if you are not happy, we refund" refuses nothing.</summary>
    private static string ClauseAround(string sentence, Match match)
    {
        var before = ClauseEnd().Matches(sentence[..match.Index]).LastOrDefault();
        var after = ClauseEnd().Match(sentence, match.Index + match.Length);
        var start = before is null ? 0 : before.Index + before.Length;
        return sentence[start..(after.Success ? after.Index : sentence.Length)];
    }

    /// <param name="contexts">The words themselves, their clause, their sentence and the one before: the nearest that names a thing says what is free.</param>
    private static Claim Promise(string kind, string[] contexts, int start, Match match, bool refused)
    {
        var keys = Keys(kind, contexts);
        return refused
            ? new Claim(ClaimKind.Promise, start, match.Length, match.Value, [], [.. keys.Select(key => $"refused:{key}")])
            : new Claim(ClaimKind.Promise, start, match.Length, match.Value, [keys[^1]], keys);
    }

    /// <summary>From the general to the special; a promise needs its most special one.</summary>
    private static List<string> Keys(string kind, string[] contexts)
    {
        if (kind == "free")
            return Free(contexts);
        return kind == "refund" && Entire().IsMatch(contexts[0]) ? ["promise:refund", "promise:refund:full"] : [$"promise:{kind}"];
    }

    private static List<string> Free(string[] contexts) => contexts
        .Select(words => Things.Where(thing => Regex.IsMatch(words, thing.Words, RegexOptions.IgnoreCase)).Select(thing => $"promise:free:{thing.Name}").ToList())
        .FirstOrDefault(things => things.Count > 0) ?? ["promise:free:other"];

    [GeneratedRegex(@"[^\s](?:[^.!?\n]|\.(?=\S))*[.!?]?")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"[,;:–—]\s|\b(?:but|however|aber|jedoch|mais|pero)\b", RegexOptions.IgnoreCase)]
    private static partial Regex ClauseEnd();

    [GeneratedRegex(@"\bnot\b|n['’]t\b|\bcannot\b|\bunable\b|\bno longer\b|\bnever\b|\bno (?:refund|replacement|exchange|discount|compensation|warrant|guarantee)|\bnon-?refund|\bexclud|\bkeine?[nmrs]?\b|\bnicht\b|\bne\b.{1,40}\bpas\b|\bn['’]\w+ pas\b|\baucun|\bno (?:podemos|es posible|ofrecemos)", RegexOptions.IgnoreCase)]
    private static partial Regex Refusal();

    [GeneratedRegex(@"\bwill\b|['’]ll\b|\bshall\b|\bcan\b|\bmay\b|\bentitled\b|\beligible\b|\boffer|\bhappy to\b|\bglad to\b|\barrang|\bissu(?:e|ed|ing)\b|\bprocess(?:ed|ing)?\b|\breceive\b|\bget\b|\bgive\b|\bsend(?:ing)?\b|\bha(?:ve|s) (?:already |just |now )?(?:been )?(?:\w+ed|sent)\b|\b(?:is|are) being\b|['’]ve \w+ed\b|\bwerden?\b|\bwird\b|\berhalten\b|\bbekommen\b|\bkönnen\b|\bgerne?\b|\bhaben\b|\bnous (?:vous )?\w+(?:ons|erons)\b|\brecevr|\bpouvez\b|\ballons\b|\brecibir|\bpuede|remos\b", RegexOptions.IgnoreCase)]
    private static partial Regex Commitment();

    /// <summary>Words that name what a message is about: "your question about the refund" promises none.</summary>
    [GeneratedRegex(@"\b(?:about|regarding|concerning|request for|asked for|asking for|asking about|wegen|bezüglich|Frage zu[rm]?|concernant)\s+(?:\w+\s+){0,3}$", RegexOptions.IgnoreCase)]
    private static partial Regex About();

    [GeneratedRegex(@"^full", RegexOptions.IgnoreCase)]
    private static partial Regex Entire();
}
