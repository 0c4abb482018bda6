package slack

import (
	"flag"
	"testing"

	"studyhall/adapters/adaptertest"
	"studyhall/bot"
)

var update = flag.Bool("update", false, "write the golden files")

func TestGolden(t *testing.T) {
	var names []string
	golden := func(name string, make func() ([]byte, error)) {
		names = append(names, name)
		t.Run(name, func(t *testing.T) {
			body, err := make()
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range Check(body) {
				t.Errorf("limit: %v", fault)
			}
			adaptertest.Golden(t, *update, name, body)
		})
	}
	var daily bot.Message
	var pages []bot.Card
	for _, c := range adaptertest.Cards() {
		golden("message-"+c.Name, func() ([]byte, error) { return Payload(c.Message) })
		switch c.Name {
		case "01-daily-question":
			daily = c.Message
		case "11b-study-page", "12-empty-board", "table", "image":
			pages = append(pages, *c.Message.Card)
		}
	}
	for _, f := range adaptertest.Forms() {
		golden("view-"+f.Name, func() ([]byte, error) { return FormPayload(f.Form) })
	}
	const channel = "slack:T1/C3~1700000000.000100"
	golden("body-post", func() ([]byte, error) { return postBody(channel, daily, "") })
	golden("body-update", func() ([]byte, error) { return updateBody("slack:T1/C3/1700000000.000200", daily, "") })
	golden("body-ephemeral", func() ([]byte, error) { return ephemeralBody(channel, "slack:T1/U2", daily, "") })
	golden("body-response", func() ([]byte, error) { return responseBody(channel, daily, true, false, "") })
	golden("body-replacement", func() ([]byte, error) { return responseBody(channel, daily, false, true, "") })
	golden("view-home", func() ([]byte, error) { return homeBody("T1", pages) })
	golden("view-origin", func() ([]byte, error) {
		return viewBody(adaptertest.Forms()[0].Form, origin{Channel: channel, Message: "slack:T1/C3/1700000000.000200"})
	})
	adaptertest.NoStrays(t, names)
}
