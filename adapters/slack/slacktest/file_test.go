package slacktest_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// upload does the first two of the three steps.
func (w world) upload(t *testing.T, name, content string) answer {
	t.Helper()
	a := w.must("files.getUploadURLExternal", fmt.Sprintf(`{"filename":%q,"length":%d}`, name, len(content)))
	if got := send(t, w.Server, "POST", a.says("upload_url"), []byte(content), http.Header{"Content-Type": {"application/octet-stream"}}); got.status != 200 || got.raw != fmt.Sprintf("OK - %d", len(content)) {
		t.Fatalf("upload: %d %s", got.status, got.raw)
	}
	return a
}

// TestFiles is the upload in three steps, and what shows the file.
func TestFiles(t *testing.T) {
	within(t, slacktest.Options{FileReady: 5 * time.Second}, func(t *testing.T, w world) {
		image := func(id string) string {
			return `{"channel":"{study}","text":"x","blocks":[{"type":"image","alt_text":"a","slack_file":{"id":"` + id + `"}}]}`
		}
		a := w.upload(t, "q.png", "PNG!")
		id := a.says("file_id")
		if got := w.call("chat.postMessage", image(id)); got.says("error") != "invalid_blocks" {
			t.Errorf("before it is complete: %s", got.raw)
		}
		if got := send(t, w.Server, "POST", a.says("upload_url"), []byte("PNG!"), nil); got.status != 404 {
			t.Errorf("an address twice: %d %s", got.status, got.raw)
		}
		w.must("files.completeUploadExternal", `{"files":[{"id":"`+id+`","title":"Q"}]}`)
		if got := w.call("chat.postMessage", image(id)); got.says("error") != "invalid_blocks" {
			t.Errorf("before it is ready: %s", got.raw)
		}
		time.Sleep(5 * time.Second)
		w.must("chat.postMessage", image(id))
		if got := w.call("files.completeUploadExternal", `{"files":[{"id":"`+id+`"}]}`); got.says("error") != "file_not_found" {
			t.Errorf("twice: %s", got.raw)
		}

		short := w.must("files.getUploadURLExternal", `{"filename":"a.txt","length":9}`)
		if got := send(t, w.Server, "POST", short.says("upload_url"), []byte("abc"), nil); got.status != 400 {
			t.Errorf("another length: %d %s", got.status, got.raw)
		}
		if got := w.call("files.completeUploadExternal", `{"files":[{"id":"`+short.says("file_id")+`"}]}`); got.says("error") != "file_not_found" {
			t.Errorf("without the bytes: %s", got.raw)
		}

		var form bytes.Buffer
		parts := multipart.NewWriter(&form)
		part, err := parts.CreateFormFile("file", "a.csv")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte("a,b"))
		_ = parts.Close()
		shared := w.must("files.getUploadURLExternal", `{"filename":"a.csv","length":3}`)
		if got := send(t, w.Server, "POST", shared.says("upload_url"), form.Bytes(), http.Header{"Content-Type": {parts.FormDataContentType()}}); got.raw != "OK - 3" {
			t.Errorf("as a form: %d %s", got.status, got.raw)
		}
		w.must("files.completeUploadExternal", `{"files":[{"id":"`+shared.says("file_id")+`","title":"Export"}],"channel_id":"{study}","initial_comment":"here"}`)
		last := w.study.Messages()[len(w.study.Messages())-1]
		if last.Text != "here" || strings.Join(last.Files, ",") != "Export" {
			t.Errorf("shared: %+v", last)
		}
		if got := w.call("files.completeUploadExternal", `{"files":[]}`); got.says("error") != "invalid_arguments" {
			t.Errorf("nothing: %s", got.raw)
		}
	})
}

// TestDownload has a person's file be read by who may: with files:read, in the
// same workspace.
func TestDownload(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		v := w.opened(t, form)
		w.bot.take()
		i, err := w.ann.Submit(v, slacktest.Args{"Proof": slacktest.File{Name: "my proof.pdf", Data: []byte("abc")}})
		w.wait(i, err)
		_, link, _ := strings.Cut(plain(inner(w.bot.take())), `"url_private_download":"`)
		link, _, _ = strings.Cut(link, `"`)
		read := func(token string) string {
			return send(t, w.Server, "GET", link, nil, http.Header{"Authorization": {"Bearer " + token}}).raw
		}
		w.w.Grant("chat:write", "commands")
		for _, token := range []string{"", "xoxb-what", w.w.Token(), w.Workspace("Elsewhere").Token()} {
			if got := read(token); got == "abc" {
				t.Errorf("%q reads %q", token, got)
			}
		}
		if refused := w.Refusals(); len(refused) != 4 || refused[0].Code != "sign_in" {
			t.Errorf("refused: %+v", refused)
		}
		w.w.Grant("files:read")
		if got := read(w.w.Token()); got != "abc" {
			t.Errorf("read %q of %s", got, link)
		}
		if got := send(t, w.Server, "GET", link+"x", nil, nil); got.raw == "abc" {
			t.Error("a file without a token")
		}
	})
}
