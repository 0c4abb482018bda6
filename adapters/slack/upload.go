package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
)

const (
	imageSpace   = "slack/image"       // of the shelf: files of pictures by their content
	imageShelved = 30 * 24 * time.Hour // for which one is kept there
	imageKept    = time.Hour           // for which it is remembered here
	imageNew     = 2 * time.Minute     // for which a file may not be shown yet, after its upload
	imagePause   = 250 * time.Millisecond
	limitAltFile = 1000 // alt_txt of a file: files.getUploadURLExternal, alt_txt_too_large
)

// picture is an uploaded file, and when it was.
type picture struct {
	file string
	at   time.Time
}

func (p picture) String() string { return p.file + " " + strconv.FormatInt(p.at.Unix(), 10) }

func parsePicture(s string) (picture, bool) {
	file, unix, _ := strings.Cut(s, " ")
	n, err := strconv.ParseInt(unix, 10, 64)
	return picture{file, time.Unix(n, 0)}, err == nil && isID(file)
}

// withImage does something with the file of a message's image, "" for a message
// without one. A new file takes a moment until messages can show it; an old one may
// have been deleted by somebody, and then there is a new one.
func (a *Adapter) withImage(ctx context.Context, team string, m bot.Message, do func(image string) error) error {
	if m.Card == nil || m.Card.Image == nil {
		return do("")
	}
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	key := imageKey(team, m.Card.Image)
	for pause := imagePause; ; {
		p, err := a.image(ctx, team, key, m.Card.Image)
		if err != nil {
			return beforehand(err)
		}
		if err = do(p.file); !noFile(err) {
			return err
		}
		if time.Since(p.at) > imageNew {
			if err := a.forgetImage(ctx, key); err != nil {
				return &notSent{err}
			}
			continue
		}
		if sleep(ctx, pause) != nil {
			return &notSent{err}
		}
		pause *= 2
	}
}

// noFile reports whether Slack refuses a message or a view for the file of its
// image. A response_url doesn't say which block it means; all others were checked.
func noFile(err error) bool {
	no, ok := errors.AsType[*refusal](err)
	if !ok || no.Code != "invalid_blocks" && no.Code != "invalid_arguments" {
		return false
	}
	return no.Method == methodHook || slices.ContainsFunc(no.Messages, func(m string) bool {
		return strings.Contains(m, "slack_file") || strings.Contains(m, "slack file")
	})
}

// imageKey is what a picture is known by in a workspace: its content and its words.
func imageKey(team string, image *bot.Image) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s %d %s ", len(image.Name), image.Name, len(image.Alt), image.Alt)
	h.Write(image.Data)
	return team + "/" + hex.EncodeToString(h.Sum(nil)[:16])
}

// image is the file of a picture, uploaded if the workspace doesn't have it.
func (a *Adapter) image(ctx context.Context, team, key string, image *bot.Image) (picture, error) {
	if p, ok := a.images.Get(key); ok {
		return p, nil
	}
	if kept, ok, err := a.config.Shelf.Get(ctx, imageSpace, key); err == nil && ok {
		if p, ok := parsePicture(string(kept)); ok {
			a.images.Put(key, p, imageKept)
			return p, nil
		}
	}
	file, err := a.upload(ctx, team, image.Name, image.Alt, image.Data)
	if err == nil {
		err = a.complete(ctx, place{team: team}, []string{file}, []string{image.Name})
	}
	if err != nil {
		return picture{}, err
	}
	p := picture{file, time.Now()}
	a.images.Put(key, p, imageKept)
	if err := a.config.Shelf.Put(ctx, imageSpace, key, []byte(p.String()), imageShelved); err != nil {
		a.log.Warn("picture not remembered", "err", err) // it is uploaded again
	}
	return p, nil
}

func (a *Adapter) forgetImage(ctx context.Context, key string) error {
	a.images.Forget(key)
	return a.config.Shelf.Delete(ctx, imageSpace, key)
}

// share posts files in a place, without words.
func (a *Adapter) share(ctx context.Context, p place, files []bot.File) error {
	var all, names []string
	for _, f := range files {
		id, err := a.upload(ctx, p.team, f.Name, "", f.Data)
		if err != nil {
			return err
		}
		all, names = append(all, id), append(names, f.Name)
	}
	return a.complete(ctx, p, all, names)
}

// upload is the first two of three steps: it gives the file, which nobody sees yet.
func (a *Adapter) upload(ctx context.Context, team, name, alt string, data []byte) (string, error) {
	form := url.Values{"filename": {name}, "length": {strconv.Itoa(len(data))}}
	if alt != "" {
		form.Set("alt_txt", shortened(alt, limitAltFile))
	}
	var to struct {
		URL  string `json:"upload_url"`
		File string `json:"file_id"`
	}
	err := a.rest.do(ctx, call{team: team, method: "files.getUploadURLExternal", form: form, patience: postPatience, again: true}, &to)
	if err != nil {
		return "", err
	}
	if !isID(to.File) || to.URL == "" {
		return "", errors.New("no file is named for an upload")
	}
	h, _, err := a.rest.post(ctx, to.URL, "application/octet-stream", "", data)
	if err == nil && h.status != http.StatusOK {
		err = fmt.Errorf("status %d to an upload", h.status)
	}
	return to.File, err
}

// complete is the third step: the files are there, and in a place if p names one.
func (a *Adapter) complete(ctx context.Context, p place, files, names []string) error {
	type file struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	var asked struct {
		Files   []file `json:"files"`
		Channel string `json:"channel_id,omitempty"`
		Thread  string `json:"thread_ts,omitempty"`
	}
	for i, id := range files {
		asked.Files = append(asked.Files, file{id, names[i]})
	}
	asked.Channel, asked.Thread = p.channel, p.thread
	body, err := encode(asked)
	if err != nil {
		return err
	}
	return a.rest.do(ctx, call{team: p.team, method: "files.completeUploadExternal", body: body, patience: postPatience}, nil)
}
