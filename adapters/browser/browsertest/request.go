package browsertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"

	"studyhall/bot/bottest"
)

// upload sends a form with files as a browser does.
func (d *Driver) upload(ctx context.Context, person string, open *openForm, sent map[string]any, filled map[string][]string, files map[string]string) error {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, name := range []string{"as", "channel", "message", "action"} {
		if err := w.WriteField(name, fmt.Sprint(sent[name])); err != nil {
			return err
		}
	}
	for name, all := range filled {
		for _, v := range all {
			if err := w.WriteField("v."+name, v); err != nil {
				return err
			}
		}
	}
	for name, content := range files {
		file, data := bottest.Uploaded(name, content)
		part, err := w.CreateFormFile("v."+name, file)
		if err != nil {
			return err
		}
		if _, err := part.Write(data); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	r := httptest.NewRequestWithContext(ctx, "POST", "/api/submit", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	var got result
	if err := d.request(r, &got); err != nil {
		return err
	}
	d.answered(person, open, sent, got)
	return nil
}

// act does something as a person and shows the form that the bot opens. sent is
// the form that it was done with, if any.
func (d *Driver) act(ctx context.Context, person, what string, sent *openForm, values map[string]any) error {
	var got result
	if err := d.post(ctx, what, values, &got); err != nil {
		return err
	}
	d.answered(person, sent, values, got)
	return nil
}

func (d *Driver) post(ctx context.Context, what string, values map[string]any, into any) error {
	body, err := json.Marshal(values)
	if err != nil {
		return err
	}
	r := httptest.NewRequestWithContext(ctx, "POST", "/api/"+what, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return d.request(r, into)
}

// request asks the handler; a refusal is an error in the chat's own words.
func (d *Driver) request(r *http.Request, into any) error {
	d.mu.Lock()
	handler := d.handler
	d.mu.Unlock()
	if handler == nil {
		return errNotRunning
	}
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		var refused struct{ Notice string }
		if json.Unmarshal(rec.Body.Bytes(), &refused) != nil {
			refused.Notice = rec.Body.String()
		}
		return fmt.Errorf("%s: status %d: %s", r.URL.Path, rec.Code, refused.Notice)
	}
	return json.Unmarshal(rec.Body.Bytes(), into)
}
