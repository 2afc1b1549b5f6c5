namespace BizQ.Bench;

/// <summary>What stood on the command line after the verb.</summary>
internal sealed record Arguments(string? Name, string? Data, string? Json, bool Quick, bool Record, bool Largest = false)
{
    public static bool TryRead(string[] args, out Arguments given)
    {
        given = new Arguments(null, null, null, false, false);
        for (var i = 0; i < args.Length; i++)
        {
            var next = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--quick":
                    given = given with { Quick = true };
                    break;
                case "--largest":
                    given = given with { Largest = true };
                    break;
                case "--record":
                    given = given with { Record = true };
                    break;
                case "--data" when next is not null:
                    given = given with { Data = args[++i] };
                    break;
                case "--json" when next is not null:
                    given = given with { Json = args[++i] };
                    break;
                case var name when given.Name is null && !name.StartsWith('-'):
                    given = given with { Name = name };
                    break;
                default:
                    return false;
            }
        }
        return true;
    }
}
