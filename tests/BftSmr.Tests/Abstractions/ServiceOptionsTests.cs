using BftCloud.Primitives;

namespace BftSmr.Tests.Abstractions;

public sealed class ServiceOptionsTests
{
    private static readonly ServiceOptions s_options = ServiceOptions.Of(new Dictionary<string, string>
    {
        ["size"] = "12", ["name"] = "x", ["isOn"] = "true",
    });

    [Fact]
    public void Options_are_read_by_name_and_those_not_given_have_their_defaults()
    {
        ServiceOptionReader reader = s_options.Read();
        Assert.Equal(12, reader.Integer("size", 1, 1, 12));
        Assert.Equal("x", reader.Text("name", "y"));
        Assert.True(reader.Flag("isOn", fallback: false));
        Assert.Equal(7, reader.Integer("n", 7, 0, 9));
        Assert.Equal("z", reader.Text("t", "z"));
        Assert.True(reader.Flag("f", fallback: true));
        reader.End();
    }

    [Fact]
    public void A_value_of_another_kind_out_of_bounds_or_unknown_is_an_error_that_names_the_option()
    {
        ServiceOptionReader reader = s_options.Read();
        Says("serviceOptions: 'size': is 12, but must be between 13 and 20.", () => reader.Integer("size", 13, 13, 20));
        Says("'name': is \"x\", but must be a whole number", () => reader.Integer("name", 1, 1, 2));
        Says("'size': is \"12\", but must be true or false", () => reader.Flag("size", fallback: true));
        Says("'isOn': is not known", reader.End);
        Says("this service has name, size", reader.End);
        Says("this service has no options", s_options.Read().End);
    }

    private static void Says(string error, Action read) =>
        Assert.Contains(error, Assert.Throws<ConfigurationException>(read).Message, StringComparison.Ordinal);
}
