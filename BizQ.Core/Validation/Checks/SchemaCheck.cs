using NJsonSchema.Validation;

namespace BizQ.Core.Validation.Checks;

/// <summary>What is proposed has the shape its operation needs: everything required is there and of the right kind.</summary>
public sealed class SchemaCheck : ICheck
{
    public string Name => "schema";
    public string Title => "Complete and well formed";
    public string Summary => "The arguments fit the operation's JSON Schema; a proposal that does not is blocked.";

    public IEnumerable<Finding> Look(CheckInput input)
    {
        if (input.Schema is not { } schema)
            return [];
        var errors = schema.Validate(input.Arguments.GetRawText());
        return errors.Count == 0
            ? [this.Allow("fits", "Everything the operation needs is there.")]
            : errors.Select(error => this.Block("argumentsDoNotFit", Sentence(error), error.Property));
    }

    private static string Sentence(ValidationError error)
    {
        var name = string.IsNullOrEmpty(error.Property) ? "The proposal" : $"'{error.Property}'";
        return error.Kind switch
        {
            ValidationErrorKind.PropertyRequired => $"{name} is missing.",
            ValidationErrorKind.NoAdditionalPropertiesAllowed => $"{name} is not something this operation knows.",
            ValidationErrorKind.StringExpected => $"{name} must be text.",
            ValidationErrorKind.StringTooShort => $"{name} is empty or too short.",
            ValidationErrorKind.StringTooLong => $"{name} is too long.",
            ValidationErrorKind.NumberExpected or ValidationErrorKind.IntegerExpected => $"{name} must be a number.",
            ValidationErrorKind.NotInEnumeration => $"{name} is not one of the allowed values.",
            ValidationErrorKind.EmailExpected => $"{name} must be a mail address.",
            ValidationErrorKind.NullExpected or ValidationErrorKind.ObjectExpected or ValidationErrorKind.ArrayExpected or ValidationErrorKind.BooleanExpected => $"{name} is of the wrong kind ({error.Kind}).",
            _ => $"{name} does not fit ({error.Kind}).",
        };
    }
}
