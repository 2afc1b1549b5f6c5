using System.Collections.Frozen;

namespace BizQ.Agents.Models.Recognisers;

/// <summary>The months' names in the languages customers of small businesses in Europe and America mostly write.</summary>
internal static class Months
{
    public const string Pattern =
        "jan(?:uary|uar|vier|\\.)?|jänner|enero|gennaio|januari|feb(?:ruary|ruar|rero|braio|ruari|\\.)?|février|mar(?:ch|s|zo|\\.)?|märz|maart|" +
        "apr(?:il|ile|\\.)?|avril|abril|may|mai|mayo|maggio|mei|june?|juni|juin|junio|giugno|july?|juli|juillet|julio|luglio|aug(?:ust|ustus|\\.)?|" +
        "août|agosto|sept?(?:ember|embre|tembre|iembre|\\.)?|settembre|oct(?:ober|obre|ubre|\\.)?|okt(?:ober|\\.)?|ottobre|nov(?:ember|embre|iembre|\\.)?|" +
        "dec(?:ember|\\.)?|dez(?:ember|\\.)?|décembre|diciembre|dicembre";

    private static readonly FrozenDictionary<string, int> s_numbers = new[]
    {
        "jan january januar janvier jänner enero gennaio januari", "feb february februar février febrero febbraio februari", "mar march märz mars marzo maart",
        "apr april avril abril aprile", "may mai mayo maggio mei", "jun june juni juin junio giugno", "jul july juli juillet julio luglio",
        "aug august août agosto augustus", "sep sept september septembre septiembre settembre", "oct okt october oktober octobre octubre ottobre",
        "nov november novembre noviembre", "dec dez december dezember décembre diciembre dicembre",
    }.SelectMany((names, month) => names.Split(' ').Select(name => (name, month: month + 1))).ToFrozenDictionary(m => m.name, m => m.month, StringComparer.OrdinalIgnoreCase);

    /// <summary>0 for what is no month, which no date has.</summary>
    public static int Number(string name) => s_numbers.GetValueOrDefault(name.TrimEnd('.'));
}
