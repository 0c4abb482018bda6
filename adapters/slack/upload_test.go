package slack

import (
	"errors"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// shownImage is the file of the picture in a message of the channel.
func shownImage(m slacktest.Message) string {
	for _, b := range m.Blocks {
		if b.Type == "image" {
			return b.SlackFile.ID
		}
	}
	return ""
}

// TestImages uploads a picture before the post, once for all edits, channels and
// copies of the program.
func TestImages(t *testing.T) {
	inSlack(t, "once", slacktest.Options{}, func(t *testing.T, w *posts) {
		ctx := t.Context()
		id, err := w.a.Send(ctx, w.place(w.study), illustrated("Question 1"))
		if err != nil {
			t.Fatal(err)
		}
		first := w.study.Messages()[0]
		if shownImage(first) == "" || !strings.Contains(first.Words(), "A valve with three ports") {
			t.Errorf("it shows %q", first.Words())
		}
		for range 3 {
			if err := w.a.Edit(ctx, id, illustrated("Question 1 is closed")); err != nil {
				t.Fatal(err)
			}
			w.a = w.another(t, false)
		}
		other := w.team.Channel("two")
		other.Invite()
		if _, err := w.a.Send(ctx, w.place(other), illustrated("Question 1")); err != nil {
			t.Fatal(err)
		}
		if n := w.Counts().Requests[slacktest.Upload]; n != 1 {
			t.Errorf("it was uploaded %d times", n)
		}
		if a, b, c := shownImage(first), shownImage(w.study.Messages()[0]), shownImage(other.Messages()[0]); a != b || b != c {
			t.Errorf("the files are %s, %s and %s", a, b, c)
		}
		if n := len(w.study.Messages()); n != 1 {
			t.Errorf("%d messages", n)
		}
		words := illustrated("Question 1")
		words.Card.Image.Alt = "Another valve"
		if err := w.a.Edit(ctx, id, words); err != nil || w.Counts().Requests[slacktest.Upload] != 2 {
			t.Errorf("other words for it: %v, %d uploads", err, w.Counts().Requests[slacktest.Upload])
		}
	})
}

// TestImagesThatFail have Slack not show a picture's file: it is uploaded anew if
// somebody may have deleted it, and waited for if it is new.
func TestImagesThatFail(t *testing.T) {
	inSlack(t, "deleted by somebody", slacktest.Options{}, func(t *testing.T, w *posts) {
		key := imageKey(w.team.ID, illustrated("").Card.Image)
		w.a.images.Put(key, picture{"F0GONE", time.Now().Add(-time.Hour)}, imageKept)
		if _, err := w.a.Send(t.Context(), w.place(w.study), illustrated("Question 1")); err != nil {
			t.Fatal(err)
		}
		if shown := shownImage(w.study.Messages()[0]); shown == "" || shown == "F0GONE" {
			t.Errorf("it shows %q", shown)
		}
	})
	inSlack(t, "what stands on the shelf is nothing", slacktest.Options{}, func(t *testing.T, w *posts) {
		w.shelf.Put(t.Context(), imageSpace, imageKey(w.team.ID, illustrated("").Card.Image), []byte("<!channel>"), 0)
		if _, err := w.a.Send(t.Context(), w.place(w.study), illustrated("Question 1")); err != nil {
			t.Fatal(err)
		}
	})
	inSlack(t, "shown only after a while", slacktest.Options{FileReady: 3 * time.Second}, func(t *testing.T, w *posts) {
		if _, err := w.a.Send(t.Context(), w.place(w.study), illustrated("Question 1")); err != nil {
			t.Fatal(err)
		}
		if n := w.Counts().Requests[slacktest.Upload]; n != 1 || shownImage(w.study.Messages()[0]) == "" {
			t.Errorf("%d uploads", n)
		}
	})
	inSlack(t, "shown only after a long while", slacktest.Options{FileReady: 30 * time.Second}, func(t *testing.T, w *posts) {
		fault, ok := errors.AsType[*bot.DeliveryError](second(w.a.Send(t.Context(), w.place(w.study), illustrated("Question 1"))))
		if !ok || fault.Kind != bot.NotSent {
			t.Fatalf("got %v, want that it is tried again", fault)
		}
		time.Sleep(30 * time.Second)
		if _, err := w.a.Send(t.Context(), w.place(w.study), illustrated("Question 1")); err != nil || w.Counts().Requests[slacktest.Upload] != 1 {
			t.Errorf("later: %v, %d uploads", err, w.Counts().Requests[slacktest.Upload])
		}
	})
}

// TestUploadFails has one of the three steps fail: nothing is posted, and that is
// known. The next attempt posts.
func TestUploadFails(t *testing.T) {
	for _, step := range []slacktest.Method{slacktest.GetUploadURL, slacktest.Upload, slacktest.CompleteUpload} {
		for _, test := range []struct {
			name  string
			n     int
			fault slacktest.Fault
			kind  bot.DeliveryFailure
		}{
			{"cut before", attempts, slacktest.CutBefore(), bot.NotSent},
			{"cut after", attempts, slacktest.CutAfter(), bot.NotSent},
			{"broken", attempts, slacktest.StatusBefore(500), bot.NotSent},
			{"slow", 1, slacktest.Delay(time.Minute), bot.NotSent},
			{"refused", 1, slacktest.Refused("file_uploads_disabled"), bot.Refused},
			{"limited", 1, slacktest.Limited(time.Minute), bot.Limited},
		} {
			if step == slacktest.Upload && test.kind != bot.NotSent {
				continue // its answers aren't the API's
			}
			inSlack(t, string(step)+", "+test.name, slacktest.Options{}, func(t *testing.T, w *posts) {
				w.Inject(test.n, step, test.fault)
				fault, ok := errors.AsType[*bot.DeliveryError](second(w.a.Send(t.Context(), w.place(w.study), illustrated("Question 1"))))
				if !ok || fault.Kind != test.kind {
					t.Errorf("got %v, want kind %d", fault, test.kind)
				}
				if n := w.Counts().Requests[slacktest.PostMessage]; n > 0 || len(w.study.Messages()) > 0 {
					t.Errorf("posted %d times", n)
				}
				w.Heal()
				time.Sleep(2 * time.Minute)
				if _, err := w.a.Send(t.Context(), w.place(w.study), illustrated("Question 1")); err != nil || len(w.study.Messages()) != 1 {
					t.Errorf("later: %v", err)
				}
			})
		}
	}
	inSlack(t, "without the scope", slacktest.Options{}, func(t *testing.T, w *posts) {
		w.team.Grant("chat:write")
		fault, ok := errors.AsType[*bot.DeliveryError](second(w.a.Send(t.Context(), w.place(w.study), illustrated("Question 1"))))
		if !ok || fault.Kind != bot.Refused || !strings.Contains(fault.Fix, "files:write") {
			t.Errorf("got %v", fault)
		}
	})
}

// TestFiles shares the files of a message where it is.
func TestFiles(t *testing.T) {
	inSlack(t, "files", slacktest.Options{}, func(t *testing.T, w *posts) {
		m := question("Your data is ready")
		m.Files = []bot.File{{Name: "one.json", MIME: "application/json", Data: []byte("{}")}, {Name: "two.html", MIME: "text/html", Data: []byte("<p>")}}
		if _, err := w.a.Send(t.Context(), w.place(w.ann.Direct()), m); err != nil {
			t.Fatal(err)
		}
		all := w.ann.Direct().Messages()
		if len(all) != 2 || len(all[1].Files) != 2 {
			t.Errorf("there are %d messages: %+v", len(all), all)
		}
		w.Inject(1, slacktest.CompleteUpload, slacktest.Refused("posting_to_channel_denied"))
		if _, err := w.a.Send(t.Context(), w.place(w.ann.Direct()), m); err != nil || len(w.ann.Direct().Messages()) != 3 {
			t.Errorf("without the files: %v", err)
		}
	})
}
