package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"

	"studyhall/internal/app"
	"studyhall/quizzes"
	"studyhall/quizzes/exchange"
)

type importBanks struct {
	File          []string `arg:"" help:"Files with questions: ${formats}."`
	From          string   `placeholder:"FORMAT" help:"Their format. Without it, it is found out from each file."`
	Certification string   `placeholder:"ID" help:"Certification that the questions are for, such as cbet."`
	Outline       string   `placeholder:"ID" help:"Version of its outline. Without it: the one in force today."`
	Domain        string   `placeholder:"AREA" help:"Area of questions that name none, such as cbet.safety."`
	Level         string   `help:"recall, application or analysis, of questions that name none."`
	Difficulty    string   `help:"easy, medium or hard, of questions that name none."`
	Source        string   `placeholder:"TITLE" help:"Source of questions that name none. Without it: the file's name."`
	SourceURL     string   `name:"source-url" placeholder:"URL" help:"Its address."`
	Checked       string   `placeholder:"DAY" help:"The day somebody looked at it, such as 2026-11-23."`
	Bank          string   `placeholder:"ID" help:"Id of the new bank. Without it, the file's name makes it."`
	Title         string   `help:"Its name for people."`
	Term          string   `placeholder:"SIGN" help:"Of a text of cards: what stands between the two sides. Without it, it is found out."`
	Card          string   `placeholder:"SIGN" help:"Of a text of cards: what stands between cards. Without it, it is found out."`
	Out           string   `short:"o" placeholder:"FOLDER" help:"Where the banks go. Without it: BANKS_DIR, or here."`
	Write         bool     `help:"Write the banks. Without it, only what would become of every question is said."`
	All           bool     `help:"List the questions that come in whole, too."`
	JSON          bool     `name:"json" help:"Print a JSON array with one object a file: format, notes, questions, missing, banks, written."`
}

func (*importBanks) Help() string {
	return "Says of every question whether it comes in whole, with a loss, or not at all, and why. Nothing is written without -write, " +
		"and nothing that is there is ever replaced. Banks whose questions lack reasons, level or source are drafts; they say so, and quizzes lint does. " +
		"It ends with 1 if a file can't be read or written. docs/import-export.md says more."
}

// imported is what became of one file.
type imported struct {
	File string `json:"file"`
	exchange.Result
	Error   string `json:"error,omitempty"`
	Written string `json:"written,omitempty"` // the path
}

func (i *importBanks) Run(ctx context.Context, p *program) error {
	if i.Bank != "" && len(i.File) > 1 {
		return usagef("-bank names one bank, and there are %d files", len(i.File))
	}
	options, out, err := i.options(p)
	if err != nil {
		return err
	}
	failed := false
	rows := []imported{}
	for _, file := range i.File {
		row := i.one(ctx, p, file, out, options)
		if errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
		failed = failed || row.Error != ""
		rows = append(rows, row)
		if !i.JSON {
			if err := i.report(p.out, row, out); err != nil {
				return err
			}
		}
	}
	if i.JSON {
		err = p.printJSON(rows)
	}
	if err == nil && failed {
		err = errSaid
	}
	return err
}

// options are what every file has in common, and the folder that banks go to.
func (i *importBanks) options(p *program) (exchange.Options, string, error) {
	c, err := p.config()
	if err != nil {
		return exchange.Options{}, "", err
	}
	o := exchange.Options{
		From: exchange.Format(i.From), Bank: i.Bank, Title: i.Title, Certification: i.Certification, Outline: i.Outline, Domain: i.Domain,
		Level: i.Level, Difficulty: i.Difficulty, Source: quizzes.Source{Title: i.Source, URL: i.SourceURL, Checked: i.Checked},
		Term: exchange.Separator(i.Term), Card: exchange.Separator(i.Card),
	}
	if err := i.place(p, &o); err != nil {
		return o, "", err
	}
	known, err := p.outlines()
	if err != nil {
		return o, "", err
	}
	banks, _ := quizzes.LoadDirs(known, quizzes.Embedded(), c.BanksDir)
	taken := map[string]string{}
	for _, b := range banks {
		for _, item := range b.Items {
			taken[item.ID] = b.File
		}
	}
	o.Taken = func(id string) string { return taken[id] }
	out := i.Out
	if out == "" {
		out = c.BanksDir
	}
	if out == "" {
		out = "."
	}
	return o, out, nil
}

// place looks the certification up in the catalogue.
func (i *importBanks) place(p *program, o *exchange.Options) error {
	if i.Certification == "" {
		if i.Outline != "" {
			return usagef("-outline needs -certification")
		}
		return nil
	}
	catalogue, err := p.catalogue()
	if err != nil {
		return err
	}
	found, ok := catalogue.Find(i.Certification)
	if !ok {
		return usagef("-certification %s is not in the catalogue; studyhall certs list shows what is", i.Certification)
	}
	o.Certification = found.ID
	if o.Outline == "" {
		o.Outline = found.Current(p.now()).ID
	}
	for _, outline := range app.Outlines(catalogue) {
		if outline.Certification == o.Certification && outline.ID == o.Outline {
			o.Domains = outline.Domains
		}
	}
	switch {
	case len(o.Domains) == 0:
		return usagef("-outline %s is no outline of %s; studyhall certs show %s has them", o.Outline, o.Certification, o.Certification)
	case o.Domain != "" && !slices.Contains(o.Domains, o.Domain):
		return usagef("-domain %s is no area of %s; it may be %s", o.Domain, o.Outline, strings.Join(o.Domains, ", "))
	}
	return nil
}

// maxImport is more than a file may have: what is longer need not be read.
const maxImport = exchange.MaxFile + 1

// one reads a file and, if that is asked for, writes its banks.
func (i *importBanks) one(ctx context.Context, p *program, file, out string, o exchange.Options) imported {
	row := imported{File: file}
	fail := func(err error) imported {
		row.Error = plain(err)
		return row
	}
	data, err := readAtMost(file, maxImport)
	if err != nil {
		return fail(err)
	}
	o.Folder = os.DirFS(filepath.Dir(file))
	if f, ok := p.err.(*os.File); ok && isatty.IsTerminal(f.Fd()) && !i.JSON {
		o.Progress = func(done, all int) {
			if all > 2000 {
				fmt.Fprintf(p.err, "\r%d of %d questions looked at", done, all)
				if done == all {
					fmt.Fprintln(p.err)
				}
			}
		}
	}
	if row.Result, err = exchange.Import(ctx, file, data, o); err != nil {
		return fail(err)
	}
	switch {
	case !i.Write || len(row.Banks) == 0:
	case len(row.Missing) > 0:
		row.Error = "nothing is written: say " + flagList(row.Missing)
	default:
		if row.Written, err = exchange.Write(out, row.Banks[0].ID, row.Files()); err != nil {
			row.Written = ""
			return fail(fmt.Errorf("nothing is written: %w", err))
		}
	}
	return row
}

func flagList(names []string) string { return "-" + strings.Join(names, ", -") }

// report says what became of a file in lines.
func (i *importBanks) report(w io.Writer, row imported, out string) error {
	var b strings.Builder
	if len(row.Outcomes) == 0 {
		fmt.Fprintf(&b, "%s: %s\n", row.File, row.Error)
		_, err := io.WriteString(w, b.String())
		return err
	}
	fmt.Fprintf(&b, "%s: read as %s\n", row.File, row.Format)
	for _, note := range row.Notes {
		fmt.Fprintf(&b, "  note: %s\n", note)
	}
	for _, o := range row.Outcomes {
		outcomeLine(&b, o, i.All)
	}
	fmt.Fprintf(&b, "%s: %d come in whole, %d with a loss, %d not at all.\n", count(len(row.Outcomes), "question"),
		row.Count(exchange.Imported), row.Count(exchange.Loss), row.Count(exchange.Refused))
	for _, bank := range row.Banks {
		fmt.Fprintf(&b, "Bank %s with %s%s.\n", bank.ID, count(bank.Items, "question"), map[bool]string{true: ", a draft: reasons, level, source or the like are missing"}[bank.Draft])
	}
	switch {
	case row.Written != "":
		fmt.Fprintf(&b, "Written: %s\n", row.Written)
	case row.Error != "":
		fmt.Fprintf(&b, "%s\n", row.Error)
	case len(row.Banks) == 0:
	case len(row.Missing) > 0:
		fmt.Fprintf(&b, "Nothing is written yet. Say %s, and -write.\n", flagList(row.Missing))
	default:
		where := out
		if where == "." {
			where = "this folder"
		}
		fmt.Fprintf(&b, "Nothing is written yet. With -write it goes to %s.\n", where)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func outcomeLine(b *strings.Builder, o exchange.Outcome, all bool) {
	if all || o.Status != exchange.Imported {
		fmt.Fprintf(b, "  %s (%q)\n", o, o.Stem)
	}
}

// readAtMost reads an ordinary file up to a size.
func readAtMost(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for ever
		return nil, errors.New("it is not an ordinary file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

type exportBanks struct {
	Bank          []string `arg:"" optional:"" help:"Ids of banks, or bank files. Without any: all of -certification."`
	To            string   `placeholder:"FORMAT" help:"${formats}. Without it, the ending of -o says it, or it is yaml."`
	Certification string   `placeholder:"ID" help:"Every bank of this certification."`
	Out           string   `short:"o" placeholder:"PATH" help:"A new file for one bank, or a folder. Without it, one bank of text is printed."`
	JSON          bool     `name:"json" help:"Print a JSON array with one object a bank: format, name, questions, written. It needs -o."`
}

func (*exportBanks) Help() string {
	return "Writes banks for other programs. What a format can't carry is said for every question, on standard error. " +
		"Nothing that is there is ever replaced. docs/import-export.md has a table of what each format carries."
}

func (e *exportBanks) Run(p *program) error {
	banks, err := e.banks(p)
	if err != nil {
		return err
	}
	to := exchange.Format(e.To)
	if to == "" {
		to = exchange.FormatOf(e.Out)
	}
	switch {
	case len(banks) == 0:
		return usagef("which bank? Give the id of one, or -certification; studyhall quizzes list shows them")
	case !slices.Contains(exchange.Formats(), to):
		return usagef("-to %s is no format to write; it may be %s", e.To, formatWords())
	case e.Out == "" && (len(banks) > 1 || e.JSON):
		return usagef("-o is needed: a folder for the files")
	}
	type written struct {
		exchange.Exported
		Written string `json:"written"`
	}
	rows := []written{}
	for _, bank := range banks {
		x, err := exchange.Export(bank, to)
		if err != nil {
			return err
		}
		path, err := e.write(p, x, len(banks) > 1)
		if err != nil {
			return fmt.Errorf("%s: %w", bank.ID, err)
		}
		rows = append(rows, written{x, path})
		if e.JSON {
			continue
		}
		var b strings.Builder
		for _, o := range x.Outcomes {
			outcomeLine(&b, o, false)
		}
		if path != "" {
			fmt.Fprintf(&b, "Written: %s\n", path)
		}
		io.WriteString(p.err, b.String())
	}
	if e.JSON {
		return p.printJSON(rows)
	}
	return nil
}

func formatWords() string {
	var names []string
	for _, f := range exchange.Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// write puts one bank where it is to go, and returns the path; "" for printed.
func (e *exportBanks) write(p *program, x exchange.Exported, several bool) (string, error) {
	if e.Out == "" {
		if len(x.Files) > 0 || x.Binary() {
			return "", usagef("-o is needed: the bank has pictures, or its format is no text")
		}
		_, err := p.out.Write(x.Data)
		return "", err
	}
	info, err := os.Stat(e.Out)
	folder := err == nil && info.IsDir() || several || strings.HasSuffix(e.Out, "/")
	switch {
	case folder:
		return exchange.Write(e.Out, strings.TrimSuffix(x.Name, x.Format.Ending()), x.All())
	case len(x.Files) > 0:
		return "", usagef("the bank has pictures, which go beside it: let -o be a folder")
	}
	return e.Out, exchange.WriteFile(e.Out, x.Data)
}

// banks are the banks that were asked for.
func (e *exportBanks) banks(p *program) ([]quizzes.Bank, error) {
	c, err := p.config()
	if err != nil {
		return nil, err
	}
	known, err := p.outlines()
	if err != nil {
		return nil, err
	}
	all, _ := quizzes.LoadDirs(known, quizzes.Embedded(), c.BanksDir)
	var chosen []quizzes.Bank
	if e.Certification != "" && len(e.Bank) == 0 {
		for _, b := range all {
			if b.Certification == e.Certification {
				chosen = append(chosen, b)
			}
		}
	}
	for _, name := range e.Bank {
		if n := slices.IndexFunc(all, func(b quizzes.Bank) bool { return b.ID == name }); n >= 0 {
			chosen = append(chosen, all[n])
			continue
		}
		if filepath.Ext(name) != ".yaml" {
			return nil, usagef("there is no bank %s; studyhall quizzes list shows them", name)
		}
		data, err := readBank(name)
		if err != nil {
			return nil, err
		}
		banks, problems := quizzes.Lint([]quizzes.File{{Name: name, Data: data, Folder: os.DirFS(filepath.Dir(name))}}, known)
		for _, problem := range problems {
			if !problem.Warning {
				return nil, errors.New(problem.String())
			}
		}
		chosen = append(chosen, banks...)
	}
	return chosen, nil
}
