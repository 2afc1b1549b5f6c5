using BizQ.Core.Data;

namespace BizQ.Tests.Kit;

/// <summary>Both databases: <c>[Theory, ClassData(typeof(Engines))]</c>, or <see cref="All"/> as member data.</summary>
public sealed class Engines : TheoryData<Engine>
{
    public Engines()
    {
        Add(Engine.Sqlite);
        Add(Engine.Postgres);
    }

    public static TheoryData<Engine> All => new Engines();
}
