package slack

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

var proves = bot.Form{Title: "Proof", Submit: "Send", Action: "proof", Fields: []bot.Field{{Name: "proof", Label: "Proof", Kind: bot.FileField}}}

// TestFilesOfForms has a file that somebody sends be read, unless it can't be.
func TestFilesOfForms(t *testing.T) {
	for _, test := range []struct {
		name   string
		scopes []string
		size   int
		want   string
		took   int // bytes that the core got
	}{
		{"a file", []string{"files:read"}, 3000, "done", 3000},
		{"without the scope", nil, 3000, string(wordsNoFiles), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{}, func(s *stage) {
				f := s.opens(proves)
				s.team.Grant(append(test.scopes, "chat:write", "commands")...)
				s.always(bot.Whisper(says("done")))
				s.acked(s.ann.Submit(f, slacktest.Args{"Proof": slacktest.File{Name: "a b.pdf", Data: bytes.Repeat([]byte("x"), test.size)}}))
				s.after(time.Minute)
				s.seen(s.ann, "closed\nposted whisper: "+test.want)
				took := 0
				for _, i := range s.core.heard()[1:] {
					took += len(i.Files[0].Data)
					if i.Files[0].Name != "a b.pdf" {
						t.Errorf("named %q", i.Files[0].Name)
					}
				}
				if took != test.took {
					t.Errorf("the core got %d bytes, want %d", took, test.took)
				}
			})
		})
	}
}

// served answers every request with so many bytes.
type served int

func (n served) RoundTrip(q *http.Request) (*http.Response, error) {
	body := io.NopCloser(bytes.NewReader(make([]byte, n)))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/pdf"}}, Body: body, Request: q}, nil
}

// TestLargeFiles has a file be read up to the size that its field allows. What Slack
// says is larger isn't asked for, and what is larger than Slack says isn't read.
func TestLargeFiles(t *testing.T) {
	for _, test := range []struct{ size, said, want, asked int }{
		{0, 0, 0, 1}, {1000, 1000, 1000, 1}, {1001, 1001, -1, 0}, {1001, 10, -1, 1}, {1 << 20, 0, -1, 1},
	} {
		onStage(t, slacktest.Options{}, func(s *stage) {
			asked := 0
			s.a.rest.http = &http.Client{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
				asked++
				return served(test.size).RoundTrip(q)
			})}
			f, err := s.a.fetch(s.ctx, s.team.ID, sentFile{slack.File{Name: "a.pdf", Mimetype: "application/pdf", Size: test.said,
				URLPrivate: "https://files.slack.com/files-pri/T1-F1/a.pdf"}, 1000})
			if (err == nil) != (test.want >= 0) || err == nil && (len(f.Data) != test.want || f.Name != "a.pdf" || f.MIME != "application/pdf") || asked != test.asked {
				t.Errorf("%+v: asked %d times, %d bytes, %v", test, asked, len(f.Data), err)
			}
			if test.want < 0 && wordsUnread(err, 1_048_576) != "That file is too large. Nothing was changed. Please send one of up to 1 MB." {
				t.Errorf("%+v: %q", test, wordsUnread(err, 1_048_576))
			}
		})
	}
}

// TestFormsWithoutTheScope has a form that asks for a file, and that Slack refuses
// to open because the bot may not read files, say so.
func TestFormsWithoutTheScope(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.slack.Inject(1, slacktest.ViewsOpen, slacktest.Refused("missing_scope"))
		s.always(bot.Response{Form: &proves})
		s.acked(s.ann.Command(s.study, "/study", "proof"))
		s.after(time.Minute)
		s.seen(s.ann, "posted whisper: "+string(wordsNoFiles))
	})
}

// TestTokensGoToSlack has the bot's token be shown to no address but Slack's.
func TestTokensGoToSlack(t *testing.T) {
	a := &Adapter{rest: &client{base: "https://slack.com/api/"}}
	for address, want := range map[string]bool{
		"https://files.slack.com/files-pri/T1-F1/a.pdf": true, "https://slack.com/x": true, "http://files.slack.com/x": false, "https://slack.com.example/x": false,
		"https://notslack.com/x": false, "https://example.com/?slack.com": false, "//files.slack.com/x": false, "": false, "::": false, "https://u@evil.example/": false,
	} {
		if got := a.slacks(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}

// TestFilesInWhispers has files for one person stand in their conversation with
// the bot, and the whisper say so.
func TestFilesInWhispers(t *testing.T) {
	file := []bot.File{{Name: "my-data.json", MIME: "application/json", Data: []byte("{}")}}
	t.Run("sent", func(t *testing.T) {
		onStage(t, slacktest.Options{}, func(s *stage) {
			s.always(bot.Whisper(bot.Message{Card: says("ready").Card, Files: file}))
			s.acked(s.ann.Command(s.study, "/study", "export"))
			s.after(time.Minute)
			if got := s.sees(s.ann); !strings.Contains(got, "posted whisper: ready / "+string(wordsFileSent)) {
				t.Errorf("ann sees %s", got)
			}
			all := s.ann.Direct().Messages()
			if len(all) != 1 || strings.Join(all[0].Files, ",") != "my-data.json" {
				t.Errorf("in the conversation: %+v", all)
			}
			s.seen(s.bob, "")
		})
	})
	t.Run("not allowed", func(t *testing.T) {
		onStage(t, slacktest.Options{}, func(s *stage) {
			s.slack.Inject(-1, slacktest.GetUploadURL, slacktest.Refused("file_uploads_disabled"))
			s.always(bot.Whisper(bot.Message{Text: "ready", Files: file}))
			s.acked(s.ann.Command(s.study, "/study", "export"))
			s.after(time.Minute)
			s.seen(s.ann, "posted whisper: ready / "+wordsNotSent(wordsNoUpload, fixNoUpload).Plain())
		})
	})
}

// TestPictures has a picture be shown, in whispers and over a home page, or else
// the words that say the same.
func TestPictures(t *testing.T) {
	var data bytes.Buffer
	if err := png.Encode(&data, image.NewRGBA(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	m := bot.Message{Card: &bot.Card{Title: "Week", Image: &bot.Image{Name: "week.png", Data: data.Bytes(), Alt: "ann 3, bob 2"}}}
	for _, test := range []struct {
		name  string
		fault bool
		home  bool
	}{{"a whisper", false, false}, {"a whisper, no uploads", true, false}, {"over a home page", false, true}, {"over a home page, no uploads", true, true}} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{FileReady: time.Second}, func(s *stage) {
				if test.fault {
					s.slack.Inject(-1, slacktest.GetUploadURL, slacktest.Refused("file_uploads_disabled"))
				}
				s.core.home = func(bot.UserID) []bot.Card { return []bot.Card{*says("page", pressing("Go", "go")).Card} }
				s.always(bot.Whisper(m))
				var blocks []slacktest.Block
				if test.home {
					s.acked(s.ann.Press(s.openHome(), "Go"))
					s.after(time.Minute)
					blocks = s.ann.Views()[0].Blocks
				} else {
					s.acked(s.ann.Command(s.study, "/studyhall", "board"))
					s.after(time.Minute)
					blocks = s.ann.Messages(s.study)[0].Blocks
				}
				shown := len(blocks) > 1 && blocks[1].Type == "image" && blocks[1].AltText == "ann 3, bob 2" && blocks[1].SlackFile.ID != ""
				if shown == test.fault || test.fault && !strings.Contains(wordsIn(blocks), "ann 3, bob 2") {
					t.Errorf("shown: %v, %+v", shown, blocks)
				}
			})
		})
	}
}

func wordsIn(blocks []slacktest.Block) string { return slacktest.Message{Blocks: blocks}.Words() }
