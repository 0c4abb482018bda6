package quizzes_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"studyhall/quizzes"
)

const plainAlt = "A drawing of one wire on a sheet of paper."

// pictured is a good bank whose question has a picture.
func pictured(t *testing.T, file, alt string) string {
	t.Helper()
	return replaced(t, "    options:\n", "    image: {file: "+file+", alt: \""+alt+"\"}\n    options:\n")
}

func plainPicture(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/faults/plain.png")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPictureIsPartOfTheVersion(t *testing.T) {
	load := func(alt string, data []byte) quizzes.Item {
		t.Helper()
		banks, problems := quizzes.Load(fstest.MapFS{
			"deep/bank.yaml": {Data: []byte(pictured(t, "wire.png", alt))}, "deep/wire.png": {Data: data},
		}, outlines())
		if len(problems) > 0 || len(banks) != 1 {
			t.Fatalf("problems:\n%s", lines(problems))
		}
		return banks[0].Items[0]
	}
	data := plainPicture(t)
	item := load(plainAlt, data)
	if got := string(item.Image.Data); got != string(data) || item.Image.Type != "png" {
		t.Errorf("the picture has %d bytes and the type %q; want %d and png", len(got), item.Image.Type, len(data))
	}
	first, snapshot := item.Version()
	if strings.Contains(string(snapshot), "wire.png") {
		t.Errorf("the file's name is in the snapshot: %s", snapshot)
	}
	again, err := quizzes.FromSnapshot(snapshot)
	if err != nil || again.Image == nil || again.Image.Hash != item.Image.Hash || again.Image.Alt != plainAlt || again.Image.Data != nil {
		t.Errorf("from its snapshot: %+v, %v", again.Image, err)
	}
	if id, _ := again.Version(); id != first {
		t.Errorf("a snapshot has the version %s, its item %s", id, first)
	}
	other := load("A drawing of a single wire.", data)
	if id, _ := other.Version(); id == first {
		t.Error("other words are the same version")
	}
	other = load(plainAlt, append(data[:len(data):len(data)], 0)) // what follows a picture's end is not looked at
	if id, _ := other.Version(); id == first {
		t.Error("other bytes are the same version")
	}
	const before = `{"id":"x","stem":"Which?","options":[{"id":"a"}],"answer":["a"],"image":{"hash":"","type":"png","alt":"A wire"}}`
	if _, err := quizzes.FromSnapshot([]byte(before)); err == nil {
		t.Error("a snapshot whose picture has no hash was taken")
	}
}

// TestPictureProblemsNameTheirPlace is for banks in BANKS_DIR: one with a broken
// picture is left out, with file and line, and the others are used.
func TestPictureProblemsNameTheirPlace(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("bad.yaml", pictured(t, "torn.png", plainAlt))
	write("torn.png", string(plainPicture(t)[:60]))
	write("good.yaml", strings.NewReplacer("cbet-sample", "cbet-other", "cbet-ground-wire", "cbet-other-wire").Replace(pictured(t, "wire.png", plainAlt)))
	write("wire.png", string(plainPicture(t)))
	banks, problems := quizzes.LoadDirs(outlines(), fstest.MapFS{}, dir)
	if len(banks) != 1 || banks[0].ID != "cbet-other" || len(banks[0].Items[0].Image.Data) == 0 {
		t.Errorf("banks: %+v", banks)
	}
	want := filepath.Join(dir, "bad.yaml") + `:12:19: items[0].image.file: "torn.png" is damaged`
	if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), want) {
		t.Errorf("problems:\n%swant %s …", lines(problems), want)
	}
}

func TestPictureBounds(t *testing.T) {
	bank := []byte(pictured(t, "wire.png", plainAlt))
	for _, row := range []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"more bytes than a picture may have", fstest.MapFS{"wire.png": {Data: make([]byte, 1_000_001)}}, `"wire.png" has more than 1000 kB`},
		{"a folder of that name", fstest.MapFS{"wire.png/x": {Data: []byte("x")}}, `"wire.png" cannot be used: it is not an ordinary file`},
		{"nothing", fstest.MapFS{"wire.png": {}}, `"wire.png" is no PNG or JPEG picture`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, problems := quizzes.Lint([]quizzes.File{{Name: "bank.yaml", Data: bank, Folder: row.files}}, outlines())
			if len(problems) != 1 || !strings.Contains(problems[0].String(), row.want) {
				t.Errorf("problems:\n%swant %s", lines(problems), row.want)
			}
		})
	}
	if _, problems := quizzes.Parse("bank.yaml", bank); len(problems) != 1 || !strings.Contains(problems[0].What, "the folder of the bank is not at hand") {
		t.Errorf("without a folder:\n%s", lines(problems))
	}
	if _, err := quizzes.LoadTrusted(fstest.MapFS{"bank.yaml": {Data: bank}}); err == nil || !strings.Contains(err.Error(), `bank.yaml:6: picture "wire.png"`) {
		t.Errorf("trusted, without its picture: %v", err)
	}
}

// TestAltKeepsTheAnswer has what may and may not stand in a picture's words; the
// right option is "The ground wire".
func TestAltKeepsTheAnswer(t *testing.T) {
	for _, row := range []struct {
		name, alt string
		refused   bool
	}{
		{"nothing of it", "A power cord with three coloured wires.", false},
		{"the whole text", "A cord in which the ground wire is thick.", true},
		{"in other capitals and spaces", "A cord. THE  GROUND WIRE is thick.", true},
		{"a part of it", "A cord with a ground and two other wires.", false},
		{"within a longer word", "A cord with the ground wired to the case.", false},
		{"every option, as labels have them", "A cord with labels: the ground wire, the neutral wire, the hot wire.", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, problems := quizzes.Lint([]quizzes.File{{
				Name: "bank.yaml", Data: []byte(pictured(t, "wire.png", row.alt)), Folder: fstest.MapFS{"wire.png": {Data: plainPicture(t)}},
			}}, outlines())
			if got := strings.Contains(lines(problems), "gives the answer away"); got != row.refused || len(problems) > 1 {
				t.Errorf("refused %v, want %v; problems:\n%s", got, row.refused, lines(problems))
			}
		})
	}
}
