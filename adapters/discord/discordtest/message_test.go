package discordtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// Pieces of bodies.
func times(n int, s string) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }

func numbered(n int, format string) string {
	var out []string
	for i := range n {
		out = append(out, strings.ReplaceAll(format, "#", fmt.Sprint(i)))
	}
	return strings.Join(out, ",")
}

func row(inner string) string { return `{"type":1,"components":[` + inner + `]}` }

func with(components string) string { return `{"content":"c","components":[` + components + `]}` }

func v2(components string) string { return `{"flags":32768,"components":[` + components + `]}` }

func button(more string) string {
	return `{"type":2,"style":2,"label":"A","custom_id":"a"` + more + `}`
}

func menu(options, more string) string {
	return `{"type":3,"custom_id":"m","options":[` + options + `]` + more + `}`
}

func letters(n int) string { return strings.Repeat("ä", n) }

// TestMessageRules is 5.2 of the contract: what a message may be. Each row is one
// request; right ones are 200, wrong ones say where.
func TestMessageRules(t *testing.T) {
	const words = `{"type":10,"content":"w"}`
	for _, test := range []struct {
		name, body string
		code       int // 0: accepted
		says       string
	}{
		{"words", hello, 0, ""},
		{"nothing", `{}`, 50006, "empty message"},
		{"spaces", `{"content":"  \n "}`, 50006, "empty message"},
		{"2,000 characters", `{"content":"` + letters(2000) + `"}`, 0, ""},
		{"2,001 characters", `{"content":"` + letters(2001) + `"}`, 50035, `"content":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH"`},
		{"an embed alone", `{"embeds":[{"title":"t"}]}`, 0, `"type":"rich"`},
		{"an empty embed", `{"embeds":[{}]}`, 50035, "BASE_TYPE_REQUIRED"},
		{"10 embeds", `{"embeds":[` + times(10, `{"title":"t"}`) + `]}`, 0, ""},
		{"11 embeds", `{"embeds":[` + times(11, `{"title":"t"}`) + `]}`, 50035, `"embeds"`},
		{"25 fields", `{"embeds":[{"fields":[` + times(25, `{"name":"n","value":"v"}`) + `]}]}`, 0, ""},
		{"26 fields", `{"embeds":[{"fields":[` + times(26, `{"name":"n","value":"v"}`) + `]}]}`, 50035, `"fields"`},
		{"a long title", `{"embeds":[{"title":"` + letters(257) + `"}]}`, 50035, `"title"`},
		{"embeds of 6,000 characters", `{"embeds":[{"description":"` + letters(4000) + `"},{"description":"  ` + letters(2000) + `  "}]}`, 0, ""},
		{"embeds of 6,001 characters", `{"embeds":[{"description":"` + letters(4000) + `"},{"description":"` + letters(2001) + `"}]}`, 50035, "MAX_EMBED_SIZE_EXCEEDED"},
		{"5 rows", with(numbered(5, row(`{"type":2,"style":2,"label":"A","custom_id":"#"}`))), 0, ""},
		{"6 rows", with(numbered(6, row(`{"type":2,"style":2,"label":"A","custom_id":"#"}`))), 50035, `"components"`},
		{"5 buttons", with(row(numbered(5, `{"type":2,"style":2,"label":"A","custom_id":"#"}`))), 0, ""},
		{"6 buttons", with(row(numbered(6, `{"type":2,"style":2,"label":"A","custom_id":"#"}`))), 50035, `"components"`},
		{"an empty row", with(row("")), 50035, `"components"`},
		{"a button without a row", with(button("")), 50035, `"components"`},
		{"a menu and a button in a row", with(row(menu(`{"label":"l","value":"v"}`, "") + "," + button(""))), 50035, `"components"`},
		{"the same custom_id twice", with(row(button("") + "," + button(""))), 50035, "COMPONENT_CUSTOM_ID_DUPLICATED"},
		{"a custom_id of 100", with(row(`{"type":2,"style":2,"label":"A","custom_id":"` + letters(100) + `"}`)), 0, ""},
		{"a custom_id of 101", with(row(`{"type":2,"style":2,"label":"A","custom_id":"` + letters(101) + `"}`)), 50035, `"custom_id"`},
		{"a label of 81", with(row(`{"type":2,"style":2,"label":"` + letters(81) + `","custom_id":"a"}`)), 50035, `"label"`},
		{"a button without a label", with(row(`{"type":2,"style":2,"custom_id":"a"}`)), 50035, "BUTTON_COMPONENT_INVALID_LABEL_AND_EMOJI"},
		{"a button without custom_id", with(row(`{"type":2,"style":2,"label":"A"}`)), 50035, `"custom_id"`},
		{"a button of style 7", with(row(`{"type":2,"style":7,"label":"A","custom_id":"a"}`)), 50035, `"style"`},
		{"a link", with(row(`{"type":2,"style":5,"label":"A","url":"https://example.org"}`)), 0, `"url":"https://example.org"`},
		{"a link without an address", with(row(`{"type":2,"style":5,"label":"A"}`)), 50035, `"url"`},
		{"a link with a custom_id", with(row(`{"type":2,"style":5,"label":"A","url":"https://example.org","custom_id":"a"}`)), 50035, "BUTTON_COMPONENT_FIELD_FORBIDDEN"},
		{"an address on a button", with(row(button(`,"url":"https://example.org"`))), 50035, "BUTTON_COMPONENT_FIELD_FORBIDDEN"},
		{"a premium button without an article", with(row(`{"type":2,"style":6}`)), 50035, `"sku_id"`},
		{"25 options", with(row(menu(numbered(25, `{"label":"l","value":"#"}`), ""))), 0, `"max_values":1`},
		{"26 options", with(row(menu(numbered(26, `{"label":"l","value":"#"}`), ""))), 50035, `"options"`},
		{"no options", with(row(menu("", ""))), 50035, `"options"`},
		{"the same value twice", with(row(menu(times(2, `{"label":"l","value":"v"}`), ""))), 50035, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"},
		{"more values than options", with(row(menu(`{"label":"l","value":"v"}`, `,"max_values":2`))), 50035, "SELECT_COMPONENT_MAX_VALUES_TOO_BIG"},
		{"at least more than at most", with(row(menu(numbered(3, `{"label":"l","value":"#"}`), `,"min_values":3,"max_values":2`))), 50035, "min_values"},
		{"two chosen at first", with(row(menu(numbered(2, `{"label":"l","value":"#","default":true}`), ""))), 50035, "SELECT_COMPONENT_TOO_MANY_DEFAULT_OPTIONS"},
		{"a text input in a message", with(row(`{"type":4,"custom_id":"a","style":1,"label":"l"}`)), 50035, `"components"`},
		{"a component of type 99", with(`{"type":99}`), 50035, `"components"`},
		{"text of v2 without the flag", with(words), 50035, `"components"`},
		{"v2", v2(words), 0, `"flags":32768`},
		{"v2 with content", `{"flags":32768,"content":"c","components":[` + words + `]}`, 50035, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"},
		{"v2 with embeds", `{"flags":32768,"embeds":[{"title":"t"}],"components":[` + words + `]}`, 50035, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"},
		{"40 components of v2", v2(`{"type":17,"components":[` + times(39, words) + `]}`), 0, `"accent_color":null`},
		{"41 components of v2, nested", v2(`{"type":17,"components":[` + times(39, words) + `]},` + words), 50035, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"},
		{"4,001 characters of v2", v2(`{"type":10,"content":"` + letters(2000) + `"},{"type":10,"content":"` + letters(2001) + `"}`), 50035, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"},
		{"a section", v2(`{"type":9,"components":[` + words + `],"accessory":` + button("") + `}`), 0, `"accessory"`},
		{"a section without accessory", v2(`{"type":9,"components":[` + words + `]}`), 50035, "accessory"},
		{"a section of 4 texts", v2(`{"type":9,"components":[` + times(4, words) + `],"accessory":` + button("") + `}`), 50035, `"components"`},
		{"a gallery of 11", v2(`{"type":12,"items":[` + times(11, `{"media":{"url":"https://example.org/a.png"}}`) + `]}`), 50035, `"items"`},
		{"a container in a container", v2(`{"type":17,"components":[{"type":17,"components":[` + words + `]}]}`), 50035, `"components"`},
		{"a nonce of 25", `{"content":"c","nonce":"` + strings.Repeat("n", 25) + `"}`, 0, `"nonce":"nnn`},
		{"a nonce of 26", `{"content":"c","nonce":"` + strings.Repeat("n", 26) + `"}`, 50035, `"nonce"`},
		{"a number for a nonce", `{"content":"c","nonce":12345678901234567}`, 0, `"nonce":1234567890123456`},
		{"everybody and somebody", `{"content":"c","allowed_mentions":{"parse":["users"],"users":["1"]}}`, 50035, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
		{"100 people", `{"content":"c","allowed_mentions":{"users":[` + numbered(100, `"1#"`) + `]}}`, 0, ""},
		{"101 people", `{"content":"c","allowed_mentions":{"users":[` + numbered(101, `"1#"`) + `]}}`, 50035, `"users"`},
		{"mentions of a kind that isn't", `{"content":"c","allowed_mentions":{"parse":["people"]}}`, 50035, `"allowed_mentions"`},
		{"a file that was not sent", `{"content":"c","attachments":[{"id":"0","filename":"a.png"}]}`, 50035, "ATTACHMENT_NOT_FOUND"},
		{"an unknown field", `{"content":"c","contents":"d"}`, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				want := call{method: "POST", path: post, body: test.body, status: 200, code: test.code, says: test.says}
				if test.code != 0 {
					want.status = 400
				}
				got := w.check(t, want)
				if said := (test.code != 0); said != (got["id"] == nil) {
					t.Errorf("posted: %v", !said)
				}
			})
		})
	}
}

// TestRightsToPost is what a channel allows.
func TestRightsToPost(t *testing.T) {
	embed := `{"embeds":[{"title":"t"}]}`
	deny := func(rights uint64) func(w world) { return func(w world) { w.study.Deny(rights) } }
	tell(t, []story{
		{name: "no sending", act: deny(discordtest.SendMessages), calls: []call{{"POST", post, hello, 403, 50013, "Missing Permissions"}}},
		{name: "no embeds", act: deny(discordtest.EmbedLinks), calls: []call{{"POST", post, embed, 403, 50013, ""}, {"POST", post, hello, 200, 0, ""}}},
		{name: "links are not embeds", act: deny(discordtest.EmbedLinks), calls: []call{{"POST", post, `{"content":"https://example.org"}`, 200, 0, `"embeds":[]`}}},
		{name: "the server's role", act: func(w world) { w.server.Rights(discordtest.ViewChannel, discordtest.ViewChannel) }, calls: []call{{"POST", post, hello, 403, 50013, ""}}},
		{name: "an administrator may everything", act: func(w world) {
			w.server.Rights(0, discordtest.Administrator)
			w.study.Deny(discordtest.SendMessages)
		}, calls: []call{{"POST", post, embed, 200, 0, ""}}},
		{name: "allowed again", act: func(w world) { w.study.Deny(discordtest.SendMessages); w.study.Allow(discordtest.SendMessages) }, calls: []call{{"POST", post, hello, 200, 0, ""}}},
	})
}

// TestNonce is about posts that are sent again.
func TestNonce(t *testing.T) {
	nonce := func(n, more string) string { return `{"content":"c","nonce":"` + n + `"` + more + `}` }
	const enforce = `,"enforce_nonce":true`
	first := call{"POST", post, nonce("a", enforce), 200, 0, `"nonce":"a"`}
	later := func(d time.Duration) func(w world) {
		return func(w world) { w.check(w.bot.t, first); time.Sleep(d) }
	}
	tell(t, []story{
		{name: "a repeat is the same message", calls: []call{first, {"POST", post, nonce("a", enforce), 200, 0, `"id":"{first}"`}}},
		{name: "not enforced it is another", calls: []call{{"POST", post, nonce("a", ""), 200, 0, ""}, {"POST", post, nonce("a", ""), 200, 0, ""}, {"GET", post + "?limit=1&after={first}", "", 200, 0, `"content":"c"`}}},
		{name: "within the window", act: later(179 * time.Second), calls: []call{{"POST", post, nonce("a", enforce), 200, 0, `"id":"{first}"`}}},
		{name: "after the window", act: later(181 * time.Second), calls: []call{{"POST", post, nonce("a", enforce), 200, 0, ""}, {"GET", post + "?after={first}", "", 200, 0, `"content":"c"`}}},
		{name: "a window of a test's", o: discordtest.Options{NonceWindow: time.Second}, act: later(2 * time.Second), calls: []call{
			{"POST", post, nonce("a", enforce), 200, 0, ""}, {"GET", post + "?after={first}", "", 200, 0, `"content":"c"`},
		}},
		{name: "a deleted one is not made again", calls: []call{first, {"DELETE", post + "/{first}", "", 204, 0, ""}, {"POST", post, nonce("a", enforce), 404, 10008, ""}}},
	})
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		for range 3 {
			w.check(t, first)
		}
		synctest.Wait()
		if got := w.bot.names("READY", "GUILD_CREATE"); got != "MESSAGE_CREATE" {
			t.Errorf("events: %s", got)
		}
		if n := w.Counts(); n.Posts["a"] != 1 || n.Repeats["a"] != 2 || len(w.study.Messages()) != 1 {
			t.Errorf("posts %v, repeats %v", n.Posts, n.Repeats)
		}
	})
}

// TestPings counts who is notified.
func TestPings(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       int
		says       string
	}{
		{"a mention", `{"content":"<@{ann}>"}`, 1, `"username":"ann"`},
		{"twice", `{"content":"<@{ann}> <@!{ann}>"}`, 1, ""},
		{"nobody may be", `{"content":"<@{ann}>","allowed_mentions":{"parse":[]}}`, 0, `"mentions":[]`},
		{"she may be", `{"content":"<@{ann}>","allowed_mentions":{"parse":[],"users":["{ann}"]}}`, 1, ""},
		{"somebody else may be", `{"content":"<@{ann}>","allowed_mentions":{"parse":[],"users":["{bot}"]}}`, 0, ""},
		{"everyone, without the right", `{"content":"@everyone"}`, 0, `"mention_everyone":false`},
		{"silently", `{"content":"<@{ann}>","flags":4096}`, 0, `"username":"ann"`},
		{"in an embed", `{"embeds":[{"description":"<@{ann}>"}]}`, 0, `"mentions":[]`},
		{"in words of v2", `{"flags":32768,"components":[{"type":10,"content":"<@{ann}>"}]}`, 1, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				w.check(t, call{"POST", post, test.body, 200, 0, test.says})
				if got := w.ann.Pings(); got != test.want {
					t.Errorf("%d pings, want %d", got, test.want)
				}
				if got := len(w.ann.Sees()[0].Pinged); got != test.want && !strings.Contains(test.body, "4096") {
					t.Errorf("%d seen, want %d", got, test.want)
				}
			})
		})
	}
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		w.study.Allow(discordtest.MentionEveryone)
		w.check(t, call{"POST", post, `{"content":"@everyone"}`, 200, 0, `"mention_everyone":true`})
		w.check(t, call{"POST", post, `{"content":"@everyone","allowed_mentions":{"parse":[]}}`, 200, 0, `"mention_everyone":false`})
		if w.ann.Pings() != 1 {
			t.Errorf("%d pings", w.ann.Pings())
		}
	})
}

// form is a body with files.
func form(t *testing.T, w world, payload string, sizes ...int) (body []byte, header http.Header) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	head := func(disposition, kind string) {
		p, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {kind}})
		if err != nil {
			t.Fatal(err)
		}
		if kind == "application/json" {
			_, _ = p.Write([]byte(w.places(payload)))
			return
		}
		_, _ = p.Write(bytes.Repeat([]byte("x"), sizes[0]))
		sizes = sizes[1:]
	}
	head(`form-data; name="payload_json"`, "application/json")
	for i := range len(sizes) {
		head(fmt.Sprintf(`form-data; name="files[%d]"; filename="%d.png"`, i, i), "image/png")
	}
	_ = m.Close()
	return b.Bytes(), http.Header{"Authorization": {"Bot " + w.Token()}, "User-Agent": {"DiscordBot (x, 1)"}, "Content-Type": {m.FormDataContentType()}}
}

// TestFiles is about bodies of several parts.
func TestFiles(t *testing.T) {
	for _, test := range []struct {
		name, payload string
		sizes         []int
		act           func(w world)
		status        int
		says          string
	}{
		{"a picture with words for it", `{"attachments":[{"id":"0","filename":"0.png","description":"A chart"}]}`, []int{3}, nil, 200, `"description":"A chart"`},
		{"not listed", `{"content":"c"}`, []int{3}, nil, 200, `"filename":"0.png"`},
		{"shown in an embed", `{"embeds":[{"image":{"url":"attachment://0.png"}}]}`, []int{3}, nil, 200, `"image":{"url":"http://discord.test/cdn/attachments/`},
		{"a file of v2", `{"flags":32768,"components":[{"type":13,"file":{"url":"attachment://0.png"}}]}`, []int{3}, nil, 200, `"name":"0.png","size":3`},
		{"shown in a gallery", `{"flags":32768,"components":[{"type":12,"items":[{"media":{"url":"attachment://0.png"}}]}]}`, []int{3}, nil, 200, `"media":{"attachment_id":"`},
		{"10 MiB", `{}`, []int{10 << 20}, nil, 200, ""},
		{"more than 10 MiB", `{}`, []int{10<<20 + 1}, nil, 413, "40005"},
		{"more than 25 MiB together", `{}`, []int{9 << 20, 9 << 20, 9 << 20}, nil, 413, "40005"},
		{"11 files", `{}`, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, nil, 400, `"attachments"`},
		{"a long description", `{"attachments":[{"id":"0","description":"` + letters(1025) + `"}]}`, []int{1}, nil, 400, `"description"`},
		{"without the right", `{}`, []int{1}, func(w world) { w.study.Deny(discordtest.AttachFiles) }, 403, "50013"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				if test.act != nil {
					test.act(w)
				}
				body, header := form(t, w, test.payload, test.sizes...)
				status, out, _ := send(t, w.Server, "POST", w.places(post), body, header)
				if status != test.status || !strings.Contains(plain(out), test.says) {
					t.Errorf("%d %s, want %d %s", status, plain(out), test.status, test.says)
				}
			})
		})
	}
}

// TestFilesAreKept fetches one, and edits it away.
func TestFilesAreKept(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		body, header := form(t, w, `{"content":"c"}`, 3, 4)
		_, out, _ := send(t, w.Server, "POST", w.places(post), body, header)
		var m struct {
			ID          string
			Attachments []discordtest.Attachment
		}
		if err := json.Unmarshal([]byte(plain(out)), &m); err != nil || len(m.Attachments) != 2 {
			t.Fatal(err, plain(out))
		}
		r, err := w.Client().Get(m.Attachments[1].URL)
		if err != nil || r.StatusCode != 200 || r.Header.Get("Content-Type") != "image/png" || r.ContentLength != 4 {
			t.Fatal(r, err)
		}
		_ = r.Body.Close()
		edit := call{"PATCH", post + "/" + m.ID, `{"content":"d"}`, 200, 0, "1.png"} // nothing said: they stay
		w.check(t, edit)
		edit.body = `{"attachments":[{"id":"` + m.Attachments[1].ID + `","description":"Second"}]}`
		edit.says = `"description":"Second","filename":"1.png"`
		if got := w.check(t, edit); len(got["attachments"].([]any)) != 1 {
			t.Errorf("left: %v", got["attachments"])
		}
	})
}
