package exchange

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"studyhall/quizzes"
)

// mostBody is how many bytes the questions of one bank may have: the rest is room for
// its head.
const mostBody = quizzes.MostBytes - 4096

// settled is a question that was held to the rules.
type settled struct {
	item quizzes.Item
	text []byte // as YAML
	lack []string
}

// settle makes banks of the questions, and says what became of each.
func (in *input) settle(result *Result) error {
	o := in.head()
	in.apart()
	all := make([]settled, len(in.questions))
	seen := map[string]string{} // the place of each id and each wording
	for n, q := range in.questions {
		if q.refused == "" {
			all[n].item = q.item(o)
		}
		if q.refused != "" {
			continue
		}
		item := &all[n].item
		wording := digest(append([]string{strings.Join(strings.Fields(strings.ToLower(item.Stem)), " ")}, optionTexts(*item)...)...)
		if place, twice := seen[wording]; twice {
			q.refuse("the same question as %s", place)
			continue
		}
		seen[wording] = q.place
		item.ID = in.newID(q, *item, o, seen)
		if o.Taken != nil {
			if place := o.Taken(item.ID); place != "" {
				q.refuse("its id %s is in use already in %s; it may have been imported before", item.ID, place)
			}
		}
	}
	if err := in.check(all, o); err != nil {
		return err
	}
	in.outcomes(result, all)
	result.Missing = in.missing(all, o)
	result.Banks = in.banks(all, o)
	return nil
}

// head is the options with what the file itself says, and what its name does.
func (in *input) head() Options {
	o := in.options
	first := func(to *string, values ...string) {
		for _, v := range values {
			if *to == "" {
				*to = v
			}
		}
	}
	base := strings.TrimSuffix(path.Base(strings.ReplaceAll(in.name, `\`, "/")), path.Ext(in.name))
	name := slug(base, 40)
	if !idSpelling.MatchString(in.bank) {
		in.bank = slug(in.bank, 40)
	}
	first(&o.Bank, in.bank, name, "imported")
	tidy := &question{}
	title := clip(tidy.tidy(in.title, false), mostTitle)
	first(&o.Title, title, clip(tidy.tidy("Imported: "+base, false), mostTitle))
	first(&o.Certification, in.certification)
	first(&o.Outline, in.outline)
	first(&o.Source.Title, clip(tidy.tidy("imported from "+path.Base(strings.ReplaceAll(in.name, `\`, "/")), false), mostTitle))
	return o
}

// newID is the id of a question that has none of ours: made of what its file
// calls it, or else of its words, so that another import gives it again.
func (in *input) newID(q *question, item quizzes.Item, o Options, seen map[string]string) string {
	id, bank := q.id, strings.Trim(o.Bank[:min(len(o.Bank), 36)], "-")
	if !idSpelling.MatchString(id) {
		part := slug(q.name, 20)
		if part == "" {
			part = digest(append([]string{item.Stem}, optionTexts(item)...)...)
		}
		id = bank + "-" + part
	}
	if _, twice := seen["id "+id]; twice {
		id = bank + "-" + digest(append([]string{q.name, item.Stem}, optionTexts(item)...)...)
	}
	for n := 2; ; n++ {
		if _, twice := seen["id "+id]; !twice {
			break
		}
		id = fmt.Sprintf("%s-%s-%d", bank, digest(item.Stem), n)
	}
	seen["id "+id] = q.place
	return id
}

func optionTexts(i quizzes.Item) (all []string) {
	for _, o := range i.Options {
		all = append(all, o.Text)
	}
	return append(all, i.Answer...)
}

// check holds every question to the checker of banks, as it will stand in its
// file, so that nothing is imported which can't be loaded.
func (in *input) check(all []settled, o Options) error {
	var wait sync.WaitGroup
	next, done := make(chan int), make(chan int, 64)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for n := range next {
				if q := in.questions[n]; q.refused == "" {
					q.verify(&all[n], o)
				}
				done <- n
			}
		})
	}
	go func() { // ends with its channels: every number is sent or the context is over
		defer close(done)
		for n := range all {
			if n%100 == 0 && in.ctx.Err() != nil {
				break
			}
			next <- n
		}
		close(next)
		wait.Wait()
	}()
	count := 0
	for range done {
		if count++; o.Progress != nil && (count%500 == 0 || count == len(all)) {
			o.Progress(count, len(all))
		}
	}
	return in.ctx.Err()
}

// verify writes one question down and lets the checker of banks read it.
func (q *question) verify(s *settled, o Options) {
	item := s.item
	if item.Domain == "" {
		item.Domain = placeholder // missing is told for the whole file
	}
	s.lack = lacks(s.item)
	var b bytes.Buffer
	writeHead(&b, quizzes.Bank{ID: placeholder, Title: placeholder, Certification: placeholder, Outline: placeholder}, true)
	start := b.Len()
	writeItem(&b, item, s.lack)
	file := quizzes.File{Name: "f", Data: b.Bytes(), Folder: memory{item.Image}}
	_, problems := quizzes.Lint([]quizzes.File{file}, []quizzes.Outline{{Certification: placeholder, ID: placeholder, Domains: []string{item.Domain}}})
	for _, p := range problems {
		if !p.Warning {
			q.refuse("%s: %s", strings.TrimPrefix(p.Path, "items[0]."), p.What)
			return
		}
	}
	s.text = slices.Clone(b.Bytes()[start:])
}

// placeholder stands where the checker wants a word that isn't known yet.
const placeholder = "unknown"

// lacks names what a finished question has and this one hasn't.
func lacks(i quizzes.Item) (all []string) {
	for _, part := range []struct{ name, value string }{
		{"level", i.Level}, {"difficulty", i.Difficulty}, {"explanation", i.Explanation},
		{"source url", i.Source.URL}, {"source checked", i.Source.Checked},
	} {
		if part.value == "" {
			all = append(all, part.name)
		}
	}
	var silent []string
	for _, o := range i.Options {
		if o.Why == "" {
			silent = append(silent, o.ID)
		}
	}
	if len(silent) > 0 {
		all = append(all, "why of "+strings.Join(silent, ", "))
	}
	return all
}

// outcomes tells of every question, in the order of the file.
func (in *input) outcomes(result *Result, all []settled) {
	for n, q := range in.questions {
		o := Outcome{Place: q.place, Status: Imported, ID: all[n].item.ID, Stem: clip(q.stem, 70), Item: &all[n].item}
		switch {
		case q.refused != "":
			o.Status, o.ID, o.Notes, o.Item = Refused, "", []string{q.refused}, nil
		case len(q.lost) > 0:
			o.Status, o.Notes = Loss, q.lost
		}
		result.Outcomes = append(result.Outcomes, o)
	}
}

// missing names the options without which the questions can't become banks.
func (in *input) missing(all []settled, o Options) (missing []string) {
	if o.Certification == "" {
		missing = append(missing, "certification")
	}
	if o.Outline == "" {
		missing = append(missing, "outline")
	}
	for n, q := range in.questions {
		if q.refused == "" && all[n].item.Domain == "" {
			return append(missing, "domain")
		}
	}
	return missing
}

// banks puts what is left into as many banks as it needs.
func (in *input) banks(all []settled, o Options) []Bank {
	var banks []Bank
	var body bytes.Buffer
	b := Bank{Files: map[string][]byte{}}
	finish := func() {
		if b.Items == 0 {
			return
		}
		head := quizzes.Bank{ID: o.Bank, Title: o.Title, Certification: o.Certification, Outline: o.Outline}
		if n := len(banks); n > 0 {
			head.ID = fmt.Sprintf("%s-%d", o.Bank[:min(len(o.Bank), 50)], n+1)
			head.Title = clip(head.Title, mostTitle-10) + fmt.Sprintf(" (%d)", n+1)
		}
		var file bytes.Buffer
		writeHead(&file, head, b.Draft)
		file.Write(body.Bytes())
		b.ID, b.Data = head.ID, file.Bytes()
		banks = append(banks, b)
		b = Bank{Files: map[string][]byte{}}
		body.Reset()
	}
	for n, q := range in.questions {
		if q.refused != "" {
			continue
		}
		if b.Items == quizzes.MostItems || body.Len()+len(all[n].text) > mostBody {
			finish()
		}
		b.Items++
		b.Draft = b.Draft || len(all[n].lack) > 0
		body.Write(all[n].text)
		if i := all[n].item.Image; i != nil {
			b.Files[i.File] = i.Data
		}
	}
	finish()
	return banks
}

// memory is a folder that holds one picture.
type memory struct{ image *quizzes.Image }

// Open finds the picture.
func (m memory) Open(name string) (fs.File, error) {
	if m.image == nil || name != m.image.File {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &held{Reader: bytes.NewReader(m.image.Data), image: m.image}, nil
}

// held is the picture, open; it is its own description.
type held struct {
	*bytes.Reader
	image *quizzes.Image
}

func (h *held) Stat() (fs.FileInfo, error) { return h, nil }
func (h *held) Close() error               { return nil }
func (h *held) Name() string               { return h.image.File }
func (h *held) Size() int64                { return int64(len(h.image.Data)) }
func (h *held) Mode() fs.FileMode          { return 0o444 }
func (h *held) ModTime() time.Time         { return time.Time{} }
func (h *held) IsDir() bool                { return false }
func (h *held) Sys() any                   { return nil }
