// Judge is for the people who look after the banks that come with the program. A
// question is published only when somebody has solved it who saw neither its key
// nor its reasons:
//
//	go run ./quizzes/judge blind quizzes/banks/cbet > questions.jsonl
//	go run ./quizzes/judge record quizzes/banks/cbet < answers.jsonl
//
// The first writes the questions that nobody has solved as they are now, a JSON
// object a line, without what would give the answer away, not even their names.
// The second compares answers with keys: {"id": …, "answer": …}, the id of an
// option, a list of them, or what would be typed. It writes who agreed into the
// record beside the banks and says where they did not. docs/question-quality.md
// has the whole way.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"studyhall/quizzes"
	"studyhall/quizzes/quality"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout, time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: judge blind FOLDER… | judge record [-repaired] FOLDER… < answers.jsonl")

func run(args []string, in io.Reader, out io.Writer, now time.Time) error {
	if len(args) < 2 {
		return errUsage
	}
	verb, folders, verdict := args[0], args[1:], quality.Agreed
	if verb == "record" && folders[0] == "-repaired" {
		folders, verdict = folders[1:], quality.Repaired
	}
	if len(folders) == 0 {
		return errUsage
	}
	var answers []byte
	if verb == "record" { // answers to several folders may come together
		var err error
		if answers, err = io.ReadAll(in); err != nil {
			return err
		}
	}
	for _, folder := range folders {
		f, err := open(folder)
		if err != nil {
			return err
		}
		switch verb {
		case "blind":
			err = blind(f, out)
		case "record":
			err = record(folder, f, bytes.NewReader(answers), out, verdict, now)
		default:
			err = errUsage
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func open(folder string) (quality.Folder, error) {
	fsys := os.DirFS(folder)
	banks, err := quizzes.LoadTrusted(fsys)
	if err != nil {
		return quality.Folder{}, err
	}
	all, problems := quality.Folders(banks, func(string) fs.FS { return fsys })
	if len(problems) > 0 {
		return quality.Folder{}, errors.New(problems[0].String())
	}
	if len(all) != 1 {
		return quality.Folder{}, fmt.Errorf("%s has banks in %d folders; name one folder of banks", folder, len(all))
	}
	return all[0], nil
}

// question is what a solver sees.
type question struct {
	ID      string            `json:"id"` // the version, which says nothing
	Domain  string            `json:"domain"`
	Type    string            `json:"type"`
	Stem    string            `json:"stem"`
	Unit    string            `json:"unit,omitempty"`
	Image   string            `json:"image,omitempty"`
	Options map[string]string `json:"options,omitempty"`
}

// unsolved are the questions that nobody has solved as they are now.
func unsolved(f quality.Folder) (all []quizzes.Item) {
	solved := map[string]bool{}
	for _, r := range f.Records {
		solved[r.Version] = true
	}
	for _, b := range f.Banks {
		for _, i := range b.Items {
			if !solved[quality.VersionOf(i)] {
				all = append(all, i)
			}
		}
	}
	return all
}

func blind(f quality.Folder, out io.Writer) error {
	all := unsolved(f)
	// Neighbours in a file give each other away.
	rand.New(rand.NewPCG(uint64(len(all)), 1)).Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, i := range all {
		q := question{ID: quality.VersionOf(i), Domain: i.Domain, Type: i.Type, Stem: i.Stem, Unit: i.Unit}
		if q.Type == "" {
			q.Type = quizzes.Single
		}
		if i.Image != nil {
			q.Image = i.Image.File
		}
		for _, o := range i.Options {
			if q.Options == nil {
				q.Options = map[string]string{}
			}
			q.Options[o.ID] = o.Text
		}
		if err := encoder.Encode(q); err != nil {
			return err
		}
	}
	return nil
}

// solution is a solver's answer.
type solution struct {
	ID     string          `json:"id"`
	Answer json.RawMessage `json:"answer"`
}

func (s solution) response(i quizzes.Item) (quizzes.Response, error) {
	var many []string
	if err := json.Unmarshal(s.Answer, &many); err == nil {
		return quizzes.Response{Options: many}, nil
	}
	text := strings.Trim(string(s.Answer), `"`)
	var one string
	if err := json.Unmarshal(s.Answer, &one); err == nil {
		text = one
	}
	if i.Typed() {
		return quizzes.Response{Text: text}, nil
	}
	return quizzes.Response{Options: strings.Fields(strings.ReplaceAll(text, ",", " "))}, nil
}

func record(folder string, f quality.Folder, answers io.Reader, out io.Writer, verdict string, now time.Time) error {
	items := map[string]quizzes.Item{}
	for _, b := range f.Banks {
		for _, i := range b.Items {
			items[quality.VersionOf(i)] = i
		}
	}
	kept := map[string]quality.Record{}
	for _, r := range f.Records {
		kept[r.Item] = r
	}
	agreed, disagreed := 0, 0
	lines := bufio.NewScanner(answers)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var s solution
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return fmt.Errorf("an answer is no JSON object with id and answer: %w", err)
		}
		i, known := items[s.ID]
		if !known {
			continue // of another folder, or changed since
		}
		response, err := s.response(i)
		if err != nil {
			return err
		}
		graded, err := quizzes.Grade(i, response)
		if err != nil || graded != quizzes.Right {
			disagreed++
			fmt.Fprintf(out, "%s: the key is %s, the answer %s\n", i.ID, strings.Join(i.Answer, " "), s.Answer)
			continue
		}
		agreed++
		r := quality.Record{Item: i.ID, Version: s.ID, On: now.Format(time.DateOnly), Verdict: verdict, Note: kept[i.ID].Note}
		if kept[i.ID].Verdict == quality.Repaired {
			r.Verdict = quality.Repaired
		}
		kept[i.ID] = r
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read answers: %w", err)
	}
	names := map[string]bool{}
	for _, i := range items {
		names[i.ID] = true
	}
	var all []quality.Record
	for _, r := range kept {
		if names[r.Item] {
			all = append(all, r)
		}
	}
	fmt.Fprintf(out, "%s: %d agreed, %d did not; %d of %d questions are solved\n", path.Base(filepath.ToSlash(folder)), agreed, disagreed, solvedNow(all, items), len(items))
	return os.WriteFile(filepath.Join(folder, quality.RecordFile), quality.FormatRecords(all), 0o644)
}

func solvedNow(all []quality.Record, items map[string]quizzes.Item) (n int) {
	for _, r := range all {
		if i, known := items[r.Version]; known && i.ID == r.Item {
			n++
		}
	}
	return n
}
