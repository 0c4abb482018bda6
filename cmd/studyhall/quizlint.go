package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"studyhall/bot/cert"
	"studyhall/quizzes"
	"studyhall/quizzes/quality"
)

// judge holds banks to the rules for wording, and to the records that lie beside
// them. Folders of other people's that have no record are exempt, and named.
func (p *program) judge(banks []quizzes.Bank) (problems []quizzes.Problem, unread []string, err error) {
	embedded, err := quizzes.LoadUndrawn(quizzes.Embedded())
	if err != nil {
		return nil, nil, fmt.Errorf("read the program's own banks: %w", err)
	}
	ours := map[string]bool{}
	for _, b := range embedded {
		ours[b.ID] = true
	}
	folders, problems := quality.Folders(banks, besides)
	for n, f := range folders {
		folders[n].Own = slices.ContainsFunc(f.Banks, func(b quizzes.Bank) bool { return ours[b.ID] })
		if !f.Kept && !folders[n].Own {
			unread = append(unread, f.Name)
		}
	}
	return append(problems, quality.Judge(folders, p.now())...), unread, nil
}

// besides is where a folder's banks were read from.
func besides(folder string) fs.FS {
	if info, err := fs.Stat(quizzes.Embedded(), folder); err == nil && info.IsDir() {
		if fsys, err := fs.Sub(quizzes.Embedded(), folder); err == nil {
			return fsys
		}
	}
	return os.DirFS(filepath.FromSlash(folder))
}

// coverageRow is how an area is covered, as other programs read it.
type coverageRow struct {
	Certification string         `json:"certification"`
	Outline       string         `json:"outline"`
	Area          string         `json:"area"`
	Exam          float64        `json:"exam"`  // its share of the exam, 0 to 1
	Share         float64        `json:"share"` // of the questions here
	Questions     int            `json:"questions"`
	Computed      int            `json:"computed"`
	Levels        map[string]int `json:"levels"`
	Difficulties  map[string]int `json:"difficulties"`
}

// coverage counts questions by the areas of the outlines they were written for.
func coverage(catalogue cert.Catalogue, banks []quizzes.Bank) []coverageRow {
	rows := []coverageRow{}
	for _, c := range catalogue.Certifications {
		for _, o := range c.Outlines {
			var mine []quizzes.Bank
			total := 0
			for _, b := range banks {
				if b.Certification == c.ID && b.Outline == o.ID {
					mine, total = append(mine, b), total+len(b.Items)
				}
			}
			if total == 0 {
				continue
			}
			var areas []quality.Area
			for _, d := range o.Domains {
				areas = append(areas, quality.Area{ID: d.ID, Share: o.Share(d.ID)})
			}
			for _, a := range quality.Coverage(mine, c.ID, areas) {
				rows = append(rows, coverageRow{c.ID, o.ID, a.ID, a.Area.Share, float64(a.Items) / float64(total), a.Items, a.Computed, a.Levels, a.Difficulties})
			}
		}
	}
	return rows
}

func printCoverage(w io.Writer, rows []coverageRow) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "AREA\tEXAM\tHERE\tQUESTIONS\tCOMPUTED\tRECALL\tAPPLICATION\tANALYSIS\tEASY\tMEDIUM\tHARD\t")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%.0f %%\t%.0f %%\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", r.Area, 100*r.Exam, 100*r.Share, r.Questions, r.Computed,
			r.Levels["recall"], r.Levels["application"], r.Levels["analysis"], r.Difficulties["easy"], r.Difficulties["medium"], r.Difficulties["hard"])
	}
	return t.Flush()
}

// ruleNames explain the names in brackets behind findings.
func ruleNames() string {
	var b strings.Builder
	for _, r := range quality.Rules() {
		fmt.Fprintf(&b, "%s (%s): %s\n", r.ID, r.Source, r.About)
	}
	return b.String()
}
