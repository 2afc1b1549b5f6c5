using Acornima;
using Acornima.Ast;

namespace BizQ.Agents.Runtime.Scripts;

/// <summary>What can be told of an expression without running it.</summary>
/// <param name="Forbidden">A construct it may not use, in words.</param>
/// <param name="Steps">The steps it names.</param>
/// <param name="AllStepsNamed">False when it uses <c>steps</c> as a whole, so that any of them may be read.</param>
/// <param name="Names">Every member it mentions; <see cref="Guards"/> replaces only the built-ins among them.</param>
/// <param name="Dynamic">True when it computes the name of a member, so that any may be meant.</param>
internal sealed record ScriptReading(string? Forbidden, IReadOnlyList<string> Steps, bool AllStepsNamed, IReadOnlySet<string> Names, bool Dynamic)
{
    public static readonly ScriptReading Nothing = new(null, [], true, new HashSet<string>(), false);

    public static ScriptReading Of(Node program)
    {
        var reader = new Reader();
        reader.Walk(program, null);
        return new ScriptReading(reader.Forbidden, [.. reader.Steps], reader.AllStepsNamed, reader.Names, reader.Dynamic);
    }

    private sealed class Reader
    {
        private int _insertions;

        public string? Forbidden { get; private set; }
        public HashSet<string> Steps { get; } = [];
        public bool AllStepsNamed { get; private set; } = true;
        public HashSet<string> Names { get; } = [];
        public bool Dynamic { get; private set; }

        public void Walk(Node node, Node? parent)
        {
            Forbidden ??= ForbiddenIn(node);
            Note(node, parent);
            foreach (var child in node.ChildNodes)
                Walk(child, node);
        }

        private string? ForbiddenIn(Node node) => node switch
        {
            IFunction { Async: true } or AwaitExpression => "async or await",
            IFunction { Generator: true } or YieldExpression => "a generator",
            ImportExpression or MetaProperty => "import or new.target",
            BigIntLiteral => "a big integer (a number ending in n)",
            ThisExpression => "'this'",
            ClassExpression or ClassDeclaration => "a class",
            TaggedTemplateExpression => "a tagged template",
            DebuggerStatement => "'debugger'",
            TemplateLiteral template when (_insertions += template.Expressions.Count) > ScriptLimits.Insertions => $"more than {ScriptLimits.Insertions} insertions (${{}})",
            _ => null,
        };

        private void Note(Node node, Node? parent)
        {
            switch (node)
            {
                case MemberExpression member when !member.Computed:
                    Names.Add(((member.Property as Identifier)?.Name) ?? "");
                    break;
                case MemberExpression { Property: StringLiteral name }:
                    Names.Add(name.Value);
                    break;
                case MemberExpression { Property: var property } when !IsNumber(property):
                    Dynamic = true;
                    break;
                case Property { Computed: true } when parent is ObjectPattern:
                    Dynamic = true;
                    break;
                case Property { Key: Identifier key }:
                    Names.Add(key.Name);
                    break;
                case Property { Key: StringLiteral key }:
                    Names.Add(key.Value);
                    break;
                case Identifier { Name: "steps" } when parent is not MemberExpression { Computed: false } || !ReferenceEquals(((MemberExpression)parent).Property, node):
                    NoteStep(node, parent);
                    break;
            }
        }

        private void NoteStep(Node steps, Node? parent)
        {
            if (parent is MemberExpression member && ReferenceEquals(member.Object, steps))
            {
                switch (member.Property)
                {
                    case Identifier id when !member.Computed:
                        Steps.Add(id.Name);
                        return;
                    case StringLiteral id:
                        Steps.Add(id.Value);
                        return;
                }
            }
            AllStepsNamed = false;
        }

        /// <summary>Certainly a number, so that a[i - 1] is an index and not the name of a member.</summary>
        private static bool IsNumber(Node property) => property
            is NumericLiteral
            or UnaryExpression { Operator: Operator.UnaryNegation or Operator.UnaryPlus }
            or UpdateExpression
            or BinaryExpression { Operator: Operator.Subtraction or Operator.Multiplication or Operator.Division or Operator.Remainder };
    }
}
