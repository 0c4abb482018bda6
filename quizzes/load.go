package quizzes

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"
)

//go:embed banks
var banks embed.FS

// Embedded returns the banks that come with the program, below the folder
// "banks".
func Embedded() fs.FS { return banks }

// A File is a bank that has not been read yet.
type File struct {
	Name   string // as problems should show it
	Data   []byte
	Folder fs.FS // where the file lies, for its pictures; nil where that is not known
}

// Parse reads and checks one bank by itself. The bank is as complete as the
// file allows; it may be used if no problem is a fault. What needs other banks
// or the catalogue (ids unique over all banks, known areas) is left to [Lint].
//
// A file larger than 1 MiB, one with more than 2000 questions, with anchors,
// aliases or tags, or with a second YAML document is refused. At most 200
// problems are returned. A bank with pictures needs their folder too: use [Lint].
func Parse(name string, data []byte) (Bank, []Problem) {
	d := parse(File{Name: name, Data: data})
	return d.bank, d.finish()
}

func parse(f File) *document {
	d := newDocument(f.Name)
	d.folder = f.Folder
	d.read(f.Data)
	if d.root == nil {
		return d
	}
	if n := len(sequence(d.root, "items")); n > MostItems {
		d.fault(to("items"), fmt.Sprintf("has %d questions; at most %d are allowed", n, MostItems), "split the bank")
		return d
	}
	d.decode()
	d.checkSchema()
	d.checkItems()
	if !Faulty(d.problems) {
		// Each of its questions was drawn and checked, so the first can be.
		if err := d.settleFamilies(); err != nil {
			d.addProblem(Problem{File: f.Name, What: err.Error(), Fix: "change the question's parameters or formulas"})
		}
	}
	return d
}

// Lint reads and checks banks together: each as [Parse] does, and that no bank
// id or question id is used twice and that every area belongs to the outline.
// It returns the banks without faults; a bank with a fault is left out whole
// and does not keep the others from being checked. Where an id is used twice,
// the earlier file keeps it. Problems come in the order of the files.
func Lint(files []File, outlines []Outline) ([]Bank, []Problem) {
	docs := make([]*document, len(files))
	each(len(files), func(i int) { docs[i] = parse(files[i]) })
	return settle(docs, outlines)
}

// each calls f for 0 to n-1, as many at once as there are processors: drawing all
// questions of a family takes far longer than reading a file.
func each(n int, f func(i int)) {
	if n == 1 {
		f(0)
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wait.Wait()
}

// Load is [Lint] for all files of fsys whose names end in .yaml, in the order
// of their names. Names that begin with a dot are passed over. A file that
// cannot be read is a problem of its own.
func Load(fsys fs.FS, outlines []Outline) ([]Bank, []Problem) {
	return settle(parseAll(fsys, ""), outlines)
}

// LoadDirs returns the embedded banks, trusted as [LoadTrusted] does, and the
// operator's banks from dir, checked as [Load] does. An empty dir means that
// there are none. The operator's files add banks: an id that an embedded bank
// or question has already is a problem of the operator's file.
func LoadDirs(outlines []Outline, embedded fs.FS, dir string) ([]Bank, []Problem) {
	return loadDirs(outlines, embedded, dir, (*document).settleFamilies)
}

// LoadDirsUndrawn is [LoadDirs] with the embedded banks as [LoadUndrawn] has them.
func LoadDirsUndrawn(outlines []Outline, embedded fs.FS, dir string) ([]Bank, []Problem) {
	return loadDirs(outlines, embedded, dir, (*document).markFamilies)
}

func loadDirs(outlines []Outline, embedded fs.FS, dir string, settled func(*document) error) ([]Bank, []Problem) {
	docs, err := trusted(embedded, settled)
	if err != nil {
		d := newDocument("embedded banks")
		d.addProblem(Problem{File: d.bank.File, What: err.Error(), Fix: "this is a fault of the program; please report it"})
		docs = append(docs, d)
	}
	if dir != "" {
		own := parseAll(os.DirFS(dir), dir)
		if len(own) == 0 {
			d := newDocument(dir)
			d.addProblem(Problem{File: dir, What: "the folder has no file that ends in .yaml", Fix: "put banks there, or point BANKS_DIR elsewhere", Warning: true})
			own = append(own, d)
		}
		docs = append(docs, own...)
	}
	return settle(docs, outlines)
}

// LoadTrusted decodes all banks of fsys without checking them against the
// schema and the rules. It is for the embedded banks, whose checks are this
// package's tests, and keeps the program's start cheap. It is an error if a
// bank cannot be decoded or a question in it could not be asked and graded.
func LoadTrusted(fsys fs.FS) ([]Bank, error) { return load(fsys, (*document).settleFamilies) }

// LoadUndrawn is [LoadTrusted] for who asks [Item.Drawn] or [Item.First] for every
// question that it uses: the item of a family has the text that the bank's file
// has. Making ready to draw takes most of the time and memory of reading, so it is
// left to the first draw of each family.
func LoadUndrawn(fsys fs.FS) ([]Bank, error) { return load(fsys, (*document).markFamilies) }

func load(fsys fs.FS, settle func(*document) error) ([]Bank, error) {
	docs, err := trusted(fsys, settle)
	if err != nil {
		return nil, err
	}
	all := make([]Bank, len(docs))
	for i, d := range docs {
		all[i] = d.bank
	}
	return all, nil
}

// trusted reads the files side by side, and gives them, or the fault of the first
// that has one, in the order of the folder.
func trusted(fsys fs.FS, settle func(*document) error) ([]*document, error) {
	type file struct {
		name string
		data []byte
		doc  *document
		err  error
	}
	var files []*file
	unread := make(chan *file)
	var readers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		readers.Go(func() {
			var q quick
			for f := range unread {
				f.doc, f.err = trust(fsys, &q, f.name, f.data, settle)
				f.data = nil
			}
		})
	}
	err := walk(fsys, func(name string, data []byte, err error) error {
		if err != nil {
			return fmt.Errorf("read bank %s: %w", name, err)
		}
		files = append(files, &file{name: name, data: data})
		unread <- files[len(files)-1]
		return nil
	})
	close(unread)
	readers.Wait()
	docs := make([]*document, len(files))
	for n, f := range files {
		if f.err != nil {
			return nil, f.err // it comes before the one that could not be read
		}
		docs[n] = f.doc
	}
	return docs, err
}

// trust reads one file.
func trust(fsys fs.FS, q *quick, name string, data []byte, settle func(*document) error) (*document, error) {
	d := newDocument(name)
	if bank, ok := q.stream(name, data); ok {
		d.bank, d.root = bank, &yaml.Node{Kind: yaml.MappingNode}
	} else if d.read(data); d.root != nil {
		d.decode()
	}
	if len(d.problems) > 0 {
		return nil, fmt.Errorf("decode bank: %s", d.problems[0])
	}
	if d.bank.ID == "" {
		return nil, fmt.Errorf("decode bank: %s has no id", name)
	}
	if d.bank.Draft {
		return nil, fmt.Errorf("decode bank: %s is a draft; what comes with the program is finished", name)
	}
	var err error
	if d.folder, err = folderOf(fsys, name); err == nil {
		err = d.trustPictures()
	}
	if err == nil {
		err = settle(d)
	}
	if err != nil {
		return nil, fmt.Errorf("decode bank: %w", err)
	}
	for _, item := range d.bank.Items {
		if undrawn := item.Family != nil && item.Draw == nil; undrawn {
			continue
		}
		if err := item.usable(); err != nil {
			return nil, fmt.Errorf("decode bank: %s:%d: %w", name, item.Line, err)
		}
	}
	return d, nil
}

// parseAll parses the files of a folder; dir is put before their names.
func parseAll(fsys fs.FS, dir string) []*document {
	var docs []*document
	var files []File // of docs that are still to be parsed
	// The function given returns no error, so neither does walk.
	_ = walk(fsys, func(name string, data []byte, err error) error {
		shown := filepath.Join(dir, filepath.FromSlash(name))
		if err != nil {
			d := newDocument(shown)
			d.addProblem(unreadable(shown, err))
			docs, files = append(docs, d), append(files, File{})
			return nil
		}
		folder, err := folderOf(fsys, name)
		if err != nil {
			folder = nil // then its pictures are said to be missing
		}
		docs, files = append(docs, nil), append(files, File{Name: shown, Data: data, Folder: folder})
		return nil
	})
	each(len(docs), func(i int) {
		if docs[i] == nil {
			docs[i] = parse(files[i])
		}
	})
	return docs
}

// folderOf is the folder in which a file lies.
func folderOf(fsys fs.FS, name string) (fs.FS, error) { return fs.Sub(fsys, path.Dir(name)) }

var (
	errEnding    = errors.New("the name does not end in .yaml")
	errIrregular = errors.New("it is not an ordinary file")
)

func unreadable(file string, err error) Problem {
	p := Problem{File: file, What: "cannot be read: " + err.Error(), Fix: "check that it exists and that the program may read it"}
	switch {
	case errors.Is(err, errEnding):
		p.What, p.Fix = "the name ends in .yml or in capitals and would be passed over", "rename the file to end in .yaml"
	case errors.Is(err, fs.ErrNotExist):
		p.What, p.Fix = "there is no such file or folder", "check the path"
	case errors.Is(err, fs.ErrPermission):
		p.What, p.Fix = "the program may not read it", "change its permissions"
	}
	return p
}

// walk calls f for each bank file in the order of names, with its content or
// the error that kept it from being read. It reads one byte more than a bank
// may have, so that the check of its size can tell.
func walk(fsys fs.FS, f func(name string, data []byte, err error) error) error {
	return fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return f(name, nil, err)
		}
		if name != "." && strings.HasPrefix(e.Name(), ".") {
			// Kubernetes keeps the real files of a mounted folder in ..data.
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		ending := strings.ToLower(path.Ext(name))
		switch {
		case e.IsDir() || ending != ".yaml" && ending != ".yml":
			return nil
		case !strings.HasSuffix(name, ".yaml"):
			return f(name, nil, errEnding)
		}
		data, err := readFile(fsys, name, MostBytes)
		return f(name, data, err)
	})
}

// readFile reads an ordinary file, up to one byte more than it may have; opening
// a pipe would wait for ever.
func readFile(fsys fs.FS, name string, most int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errIrregular
	}
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b := bytes.NewBuffer(make([]byte, 0, min(info.Size(), most)+bytes.MinRead))
	_, err = b.ReadFrom(io.LimitReader(file, most+1))
	return b.Bytes(), err
}

// settle makes the checks that span banks and sorts out the usable ones.
func settle(docs []*document, outlines []Outline) ([]Bank, []Problem) {
	bankFile, itemPlace := map[string]string{}, map[string]string{}
	var all []Bank
	var problems []Problem
	for _, d := range docs {
		if d.root != nil {
			d.checkOutline(outlines)
			d.checkUnique(bankFile, itemPlace)
		}
		found := d.finish()
		problems = append(problems, found...)
		if d.root == nil || Faulty(found) {
			continue
		}
		all = append(all, d.bank)
	}
	return all, problems
}

// checkUnique refuses ids that an earlier file has. Ids of a faulty file count
// too: mending it must not break another.
func (d *document) checkUnique(bankFile, itemPlace map[string]string) {
	b := d.bank
	if file, twice := bankFile[b.ID]; twice && b.ID != "" {
		d.fault(to("bank"), fmt.Sprintf("the bank id %s is already used in %s", b.ID, file), "choose another id; a file adds a bank and cannot replace one")
	} else {
		bankFile[b.ID] = b.File
	}
	for i, item := range b.Items {
		at := to("items", i, "id")
		if place, twice := itemPlace[item.ID]; twice && item.ID != "" {
			if !d.faulty(at) { // within one file it was told already
				d.fault(at, fmt.Sprintf("the id %s is already used at %s", item.ID, place), "give this question an id of its own")
			}
			continue
		}
		itemPlace[item.ID] = fmt.Sprintf("%s:%d", b.File, item.Line)
	}
}

// checkOutline holds certification, outline and areas to the catalogue.
func (d *document) checkOutline(outlines []Outline) {
	b := d.bank
	if b.Certification == "" || b.Outline == "" || d.faulty(to("certification")) || d.faulty(to("outline")) {
		return
	}
	var certs, ids []string
	var outline *Outline
	for i, o := range outlines {
		if !slices.Contains(certs, o.Certification) {
			certs = append(certs, o.Certification)
		}
		if o.Certification == b.Certification {
			ids = append(ids, o.ID)
			if o.ID == b.Outline {
				outline = &outlines[i]
			}
		}
	}
	switch {
	case len(ids) == 0:
		d.fault(to("certification"), quote(b.Certification)+" is not in the catalogue", suggest(b.Certification, certs))
		return
	case outline == nil:
		d.fault(to("outline"), fmt.Sprintf("%s is no outline of %s", quote(b.Outline), b.Certification), suggest(b.Outline, ids))
		return
	}
	for i, item := range b.Items {
		at := to("items", i, "domain")
		if item.Domain != "" && !d.faulty(at) && !slices.Contains(outline.Domains, item.Domain) {
			d.fault(at, fmt.Sprintf("%s is no area of %s", quote(item.Domain), outline.ID), suggest(item.Domain, outline.Domains))
		}
	}
}

// suggest names the nearest of the known words, or all of them.
func suggest(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return "did you mean " + near + "?"
	}
	if len(known) == 0 {
		return "the catalogue is empty"
	}
	known = slices.Sorted(slices.Values(known))
	return "use " + list(known)
}
