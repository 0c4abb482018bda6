package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"studyhall/internal/app"
	"studyhall/quizzes"
)

// outlines is what banks are held to: every outline of the catalogue.
func (p *program) outlines() ([]quizzes.Outline, error) {
	catalogue, err := p.catalogue()
	if err != nil {
		return nil, err
	}
	return app.Outlines(catalogue), nil
}

type lintBanks struct {
	Path     []string `arg:"" optional:"" help:"Bank files, or folders of them. Without any: the banks that come with the program, and those in BANKS_DIR."`
	Show     int      `help:"Print so many questions of each computed question as well, with their numbers." placeholder:"N"`
	Coverage bool     `help:"Print how many questions each area of the outlines has, instead of the problems."`
	Rules    bool     `help:"Print the rules for wording, and who says so."`
	JSON     bool     `name:"json" help:"Print the problems, or the coverage, as a JSON array."`
}

func (*lintBanks) Help() string {
	return "Each problem is printed as file:line:col: path: what is wrong; how to mend it. " +
		"The word in brackets is the rule; -rules explains them. " +
		"At the end stand folders of yours without a record of who read their questions; that is no problem, and -json leaves it out. " +
		"It ends with 1 if a bank can't be used as it is, and with 0 if there are only warnings."
}

func (l *lintBanks) Run(p *program) error {
	if l.Rules {
		_, err := fmt.Fprint(p.out, ruleNames())
		return err
	}
	known, err := p.outlines()
	if err != nil {
		return err
	}
	banks, problems, err := l.check(p, known)
	if err != nil {
		return err
	}
	if l.Coverage {
		return l.cover(p, banks, problems)
	}
	judged, unread, err := p.judge(banks)
	if err != nil {
		return err
	}
	problems = append(problems, judged...)
	if l.JSON {
		err = p.printJSON(append([]quizzes.Problem{}, problems...))
	} else {
		if err = showDrawn(p.out, banks, min(l.Show, quizzes.Draws)); err == nil {
			err = report(p.out, banks, problems)
		}
		if err == nil && len(unread) > 0 {
			_, err = fmt.Fprintf(p.out, "No record of reading: %s.\n", strings.Join(unread, ", "))
		}
	}
	if err == nil && quizzes.Faulty(problems) {
		err = errSaid
	}
	return err
}

// cover prints the coverage of the banks that can be used.
func (l *lintBanks) cover(p *program, banks []quizzes.Bank, problems []quizzes.Problem) error {
	catalogue, err := p.catalogue()
	if err != nil {
		return err
	}
	rows := coverage(catalogue, banks)
	if l.JSON {
		err = p.printJSON(rows)
	} else {
		err = printCoverage(p.out, rows)
	}
	if err == nil && quizzes.Faulty(problems) {
		return fmt.Errorf("some banks can't be used and are not counted; studyhall quizzes lint says why")
	}
	return err
}

// check reads and checks what was asked for.
func (l *lintBanks) check(p *program, known []quizzes.Outline) ([]quizzes.Bank, []quizzes.Problem, error) {
	if len(l.Path) > 0 {
		files, problems := gather(l.Path)
		banks, more := quizzes.Lint(files, known)
		return banks, append(problems, more...), nil
	}
	c, err := p.config()
	if err != nil {
		return nil, nil, err
	}
	// What comes with the program is checked here as strictly as the rest.
	_, problems := quizzes.Load(quizzes.Embedded(), known)
	banks, more := quizzes.LoadDirs(known, quizzes.Embedded(), c.BanksDir)
	return banks, append(problems, more...), nil
}

// showDrawn prints the first n questions that each computed question makes.
func showDrawn(w io.Writer, banks []quizzes.Bank, n int) error {
	for _, b := range banks {
		for _, item := range b.Items {
			if item.Family == nil {
				continue
			}
			for k := range n {
				drawn, err := item.Family.Draw(k)
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintf(w, "%s, %d of %d\n%s\n", item.ID, k+1, quizzes.Draws, asText(drawn)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// asText is a question as a person reads it, with the answer and all reasons.
func asText(i quizzes.Item) string {
	var t strings.Builder
	fmt.Fprintln(&t, i.Stem)
	for _, o := range i.Options {
		mark := " "
		if i.RightOption(o.ID) {
			mark = "*"
		}
		fmt.Fprintf(&t, "%s %s. %s (%s)\n", mark, strings.ToUpper(o.ID), o.Text, o.Why)
	}
	if i.Typed() {
		fmt.Fprintf(&t, "* %s\n", i.Answer[0])
	}
	fmt.Fprintln(&t, i.Explanation)
	return t.String()
}

func report(w io.Writer, banks []quizzes.Bank, problems []quizzes.Problem) error {
	for _, problem := range problems {
		if _, err := fmt.Fprintln(w, problem); err != nil {
			return err
		}
	}
	questions, families := 0, 0
	for _, b := range banks {
		questions += len(b.Items)
		for _, i := range b.Items {
			if i.Family != nil {
				families++
			}
		}
	}
	if families > 0 {
		if _, err := fmt.Fprintf(w, "%s with numbers drawn anew: each of the %d it can make was made and checked.\n", count(families, "question"), quizzes.Draws); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s with %s can be used; %s.\n",
		count(len(banks), "bank"), count(questions, "question"), count(len(problems), "problem"))
	return err
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// maxBankFile is more than a bank may have: what is longer need not be read to
// its end to be refused.
const maxBankFile = 2 << 20

// gather reads the files, and the bank files of the folders, in order.
func gather(paths []string) (files []quizzes.File, problems []quizzes.Problem) {
	fault := func(file string, err error) {
		problems = append(problems, quizzes.Problem{File: file, What: "cannot be read: " + plain(err), Fix: "check the path"})
	}
	for _, root := range paths {
		found := 0
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			hidden := path != root && strings.HasPrefix(e.Name(), ".")
			switch {
			case err != nil:
				fault(path, err)
			case hidden && e.IsDir():
				return fs.SkipDir
			case e.IsDir() || hidden || path != root && !bankName(path):
			case filepath.Ext(path) != ".yaml":
				problems = append(problems, quizzes.Problem{File: path, What: "the name does not end in .yaml and would be passed over", Fix: "rename the file"})
				found++
			default:
				found++
				data, err := readBank(path)
				if err != nil {
					fault(path, err)
					return nil
				}
				files = append(files, quizzes.File{Name: path, Data: data, Folder: os.DirFS(filepath.Dir(path))})
			}
			return nil
		})
		if err != nil {
			fault(root, err)
		} else if found == 0 && len(problems) == 0 {
			problems = append(problems, quizzes.Problem{File: root, What: "the folder has no file that ends in .yaml", Fix: "check the path", Warning: true})
		}
	}
	return files, problems
}

// bankName reports whether a file in a folder is meant as a bank.
func bankName(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".yaml" || ext == ".yml"
}

func readBank(path string) ([]byte, error) { return readAtMost(path, maxBankFile) }

// plain is an error of the file system without the path, which is said before it.
func plain(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

type listBanks struct {
	JSON bool `name:"json" help:"Print a JSON array with one object a bank: id, title, certification, outline, items (their number), file."`
}

func (*listBanks) Help() string {
	return "Lists the banks that come with the program and those in BANKS_DIR. A bank that can't be used is not listed; why is printed to standard error."
}

// bankRow is a bank as listed.
type bankRow struct {
	ID            string `json:"id"`
	Title         string `json:"title"`
	Certification string `json:"certification"`
	Outline       string `json:"outline"`
	Items         int    `json:"items"`
	File          string `json:"file"`
}

func (l *listBanks) Run(p *program) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	known, err := p.outlines()
	if err != nil {
		return err
	}
	banks, problems := quizzes.LoadDirs(known, quizzes.Embedded(), c.BanksDir)
	rows := []bankRow{}
	for _, b := range banks {
		rows = append(rows, bankRow{b.ID, b.Title, b.Certification, b.Outline, len(b.Items), b.File})
	}
	if l.JSON {
		err = p.printJSON(rows)
	} else {
		err = listRows(p.out, rows)
	}
	for _, problem := range problems {
		fmt.Fprintln(p.err, problem)
	}
	if err == nil && quizzes.Faulty(problems) {
		err = errSaid
	}
	return err
}

func listRows(w io.Writer, rows []bankRow) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "BANK\tCERTIFICATION\tQUESTIONS\tTITLE")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\n", r.ID, r.Certification, r.Items, r.Title)
	}
	return t.Flush()
}
