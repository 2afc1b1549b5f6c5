using Jint;
using Jint.Native;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace BizQ.Agents.Runtime.Scripts;

/// <summary>
/// Reads every <c>.</c> as <c>?.</c>: a member of nothing is nothing, and calling a method of nothing gives nothing. A method
/// that a real value does not have stays an error.
/// </summary>
internal sealed class Forgiving : IReferenceResolver
{
    public static readonly Forgiving Instance = new();

    public bool TryUnresolvableReference(Engine engine, Reference reference, out JsValue value)
    {
        value = JsValue.Undefined;
        return false;
    }

    public bool TryPropertyReference(Engine engine, Reference reference, ref JsValue value)
    {
        if (!IsNothing(reference.Base))
            return false;
        value = JsValue.Undefined;
        return true;
    }

    public bool TryGetCallable(Engine engine, object callee, out JsValue value)
    {
        value = JsValue.Undefined;
        if (callee is not Reference reference || !IsNothing(reference.Base))
            return false;
        value = new ClrFunction(engine, "nothing", (_, _) => JsValue.Undefined);
        return true;
    }

    public bool CheckCoercible(JsValue value) => true;

    private static bool IsNothing(JsValue value) => value.IsNull() || value.IsUndefined();
}
