package discordtest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"studyhall/adapters/discord/discordtest"
)

// anyValue is JSON of any shape, with the names that bodies have.
func anyValue(depth int) *rapid.Generator[any] {
	names := rapid.SampledFrom([]string{
		"content", "components", "component", "accessory", "embeds", "fields", "type", "style", "custom_id", "label", "options", "choices", "value", "values",
		"name", "description", "nonce", "enforce_nonce", "flags", "allowed_mentions", "parse", "users", "attachments", "id", "data", "title", "min_values",
		"max_values", "items", "media", "url", "required", "recipient_id", "default_member_permissions", "contexts", "archived", "description_localizations",
	})
	leaf := rapid.OneOf(
		rapid.Just[any](nil), rapid.Just[any](true), rapid.Just[any]("a"), rapid.Just[any](""), rapid.Just[any]("attachment://a"), rapid.Just[any](1.5),
		rapid.Map(rapid.IntRange(-1, 25), func(n int) any { return n }), rapid.Just[any](json.Number("9223372036854775808")),
	)
	if depth == 0 {
		return leaf
	}
	inner := anyValue(depth - 1)
	return rapid.OneOf(leaf,
		rapid.Map(rapid.SliceOfN(inner, 0, 3), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(names, inner, 0, 6), func(m map[string]any) any { return m }))
}

// TestAnyBody sends bodies of any shape to every kind of route: each gets an
// answer, and never a 500.
func TestAnyBody(t *testing.T) {
	d := discordtest.New(t, discordtest.Options{Limits: discordtest.Unlimited(), Invalid: 1 << 30, Schema: "-"})
	g, ann := d.Guild("Biomed"), d.Person("ann")
	g.Join(ann)
	study := g.Channel("cbet-study")
	header := http.Header{"Authorization": {"Bot " + d.Token()}, "User-Agent": {"DiscordBot (x, 1)"}, "Content-Type": {"application/json"}}
	m, err := ann.Write(study, "a")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t2 *rapid.T) {
		i, err := ann.PressAs(m, "a")
		if err != nil {
			t2.Fatal(err)
		}
		path := strings.NewReplacer("{c}", study.ID, "{a}", d.Application(), "{i}", i.ID, "{t}", i.Token).Replace(rapid.SampledFrom([]string{
			"POST /channels/{c}/messages", "POST /interactions/{i}/{t}/callback", "POST /applications/{a}/commands", "PUT /applications/{a}/commands",
			"POST /channels/{c}/threads", "POST /users/@me/channels", "PATCH /channels/{c}", "POST /webhooks/{a}/{t}",
		}).Draw(t2, "route"))
		method, path, _ := strings.Cut(path, " ")
		body, err := json.Marshal(anyValue(5).Draw(t2, "body"))
		if err != nil {
			t2.Fatal(err)
		}
		status, out, _ := send(t, d, method, path, body, header)
		if status == 0 || status >= 500 {
			t2.Fatalf("%d %s for %s", status, plain(out), body)
		}
		d.Forget()
	})
}
