package exchange_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"studyhall/quizzes/exchange"
)

func anything() exchange.Options {
	return exchange.Options{Certification: "cbet", Outline: "cbet-2025", Domain: "cbet.it", Domains: outline()[0].Domains}
}

// zipped makes an archive; a name that ends in @ is a link.
func zipped(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for n := 0; n+1 < len(files); n += 2 {
		h := &zip.FileHeader{Name: strings.TrimSuffix(files[n], "@"), Method: zip.Deflate}
		if strings.HasSuffix(files[n], "@") {
			h.SetMode(0o777 | fs.ModeSymlink)
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(w, files[n+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const qtiItem = `<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="t">
<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier"><correctResponse><value>x</value></correctResponse></responseDeclaration>
<itemBody><p>Which?</p><choiceInteraction responseIdentifier="RESPONSE"><simpleChoice identifier="x">One</simpleChoice><simpleChoice identifier="y">Two</simpleChoice></choiceInteraction></itemBody></assessmentItem>`

// TestHostileFiles is that a file that is made to do harm, or broken, is refused
// with one sentence, in little time and memory.
func TestHostileFiles(t *testing.T) {
	lies := zipped(t, "item.xml", qtiItem)
	at := bytes.LastIndex(lies, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(lies[at+24:], 10) // its size in the list
	deep := strings.Repeat("<a>", 5000) + strings.Repeat("</a>", 5000)
	laughs := `<!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><quiz><question type="essay"><name><text>&b;</text></name></question></quiz>`
	for _, test := range []struct {
		name string
		from exchange.Format
		data []byte
		want string // part of the sentence
	}{
		{"nothing", "", nil, "empty"},
		{"spaces", "", []byte(" \n "), "empty"},
		{"noise", "", bytes.Repeat([]byte{1, 2, 0, 200, 7}, 100), "no text file"},
		{"UTF-32", "", []byte("\xff\xfe\x00\x00a\x00\x00\x00"), "UTF-32"},
		{"a picture", "", dot(1), "no text file"},
		{"a PDF", "", []byte("%PDF-1.7"), "PDF"},
		{"a web page", "", []byte("<!DOCTYPE html><html><body>{=a}</body></html>"), "web page"},
		{"a spreadsheet", "", zipped(t, "xl/workbook.xml", "<x/>"), "CSV"},
		{"an unknown format", "docx", []byte("x"), "don't know the format"},
		{"no question", exchange.GIFT, []byte("// only words\n"), "no question"},
		{"entities", "", []byte(laughs), "entities"},
		{"a deep document", exchange.MoodleXML, []byte(deep), "200 deep"},
		{"a deep item", exchange.QTI21, []byte(strings.Replace(qtiItem, "Which?", deep, 1)), "200 deep"},
		{"XML that ends early", "", []byte(`<quiz><question type="essay"><name>`), "broken at line 1"},
		{"a zip that is cut off", "", zipped(t, "item.xml", qtiItem)[:200], "damaged or cut off"},
		{"a false size", "", lies, "damaged or cut off"},
		{"a link", "", zipped(t, "item.xml@", "/etc/passwd"), "link"},
		{"a way out", "", zipped(t, "../item.xml", qtiItem), "leads out"},
		{"a way out by the root", "", zipped(t, "/item.xml", qtiItem), "leads out"},
		{"a way out by backslashes", "", zipped(t, `..\item.xml`, qtiItem), "leads out"},
		{"two of a name", "", zipped(t, "item.xml", qtiItem, "item.xml", qtiItem), "two files of the name"},
		{"a bomb", "", zipped(t, "item.xml", strings.Repeat(" ", 30<<20)+qtiItem), "250 times"},
		{"a larger bomb", "", zipped(t, "item.xml", strings.Repeat(" ", 40<<20)), "more than I read"},
		{"YAML that is none", "", []byte("bank: x\nitems: [\n"), "not closed"},
		{"JSON that ends early", "", []byte(`{"bank": "x", "items": [`), "no JSON at line 1"},
		{"deep JSON", "", []byte(strings.Repeat(`{"a":`, 100_000)), "no JSON"},
		{"a table without names", exchange.CSV, []byte("a,b\nc,d\n"), "name the columns"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := anything()
			o.From = test.from
			r, err := exchange.Import(context.Background(), "file", test.data, o)
			if _, ok := errors.AsType[*exchange.Error](err); !ok {
				t.Fatalf("got %v and %v, want an Error", err, r.Outcomes)
			}
			if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || !strings.HasSuffix(err.Error(), ".") && test.from != "" {
				t.Errorf("said %q, want a sentence with %q", err, test.want)
			}
			if len(r.Banks) > 0 {
				t.Error("it has banks all the same")
			}
		})
	}
}

// TestHeavyFiles is that long lines, many parts and much of what costs most are
// read or refused without much memory.
func TestHeavyFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("reads tens of megabytes; not with -short")
	}
	long := strings.Repeat("word ", 2<<20)
	for name, data := range map[string]string{
		"one line of GIFT":      "Which? {=" + long + "~b}",
		"one line of Aiken":     long + "\nA) x\nB) y\nANSWER: A\n",
		"lines of Aiken":        strings.Repeat("line\n", 1<<20) + "A) x\nB) y\nANSWER: A\n",
		"one cell":              "stem,answer\n\"" + long + "\",b\n",
		"many columns":          "stem,answer" + strings.Repeat(",x", 1<<20) + "\nWhich?,b\n",
		"one element":           `<quiz><question type="shortanswer"><questiontext format="html"><text>` + strings.Repeat("&lt;sup&gt;x", 200_000) + "</text></questiontext></question></quiz>",
		"many answers of GIFT":  "Which? {" + strings.Repeat("~a", 1<<20) + "}",
		"many escapes":          "Which? {=" + strings.Repeat(`\\`, 1<<20) + "}",
		"a comment for ever":    strings.Repeat("// [tag:x]\n", 200_000) + "Which?{=a}",
		"braces":                strings.Repeat("{", 1<<20),
		"quotation marks":       "stem,answer\n" + strings.Repeat(`"a"b`, 1<<20),
		"questions without end": strings.Repeat("Q?{=a}\n\n", 150_000),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := exchange.Import(context.Background(), "file", []byte(data), anything())
			runtime.ReadMemStats(&after)
			if _, ok := errors.AsType[*exchange.Error](err); err != nil && !ok {
				t.Fatal(err)
			}
			if err == nil && len(r.Outcomes) == 0 {
				t.Error("nothing is said of it")
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 1<<30 {
				t.Errorf("it took %d MB for %d MB", used>>20, len(data)>>20)
			}
		})
	}
}

// TestEncodings is that text comes in as it was meant, whatever it is saved as.
func TestEncodings(t *testing.T) {
	const text = "Wie heißt „Ω“ im Café?{=Ohm}"
	wide := func(order binary.AppendByteOrder, mark bool) []byte {
		var b []byte
		if mark {
			b = order.AppendUint16(b, 0xFEFF)
		}
		for _, r := range text {
			b = order.AppendUint16(b, uint16(r))
		}
		return b
	}
	latin := []byte("Wie heißt das Café?{=gut}")
	latin = bytes.ReplaceAll(bytes.ReplaceAll(latin, []byte("ß"), []byte{0xDF}), []byte("é"), []byte{0xE9})
	for _, test := range []struct {
		name string
		data []byte
		stem string
		note string
	}{
		{"UTF-8", []byte(text), "Wie heißt „Ω“ im Café?", ""},
		{"UTF-8 with a mark", []byte("\uFEFF" + text), "Wie heißt „Ω“ im Café?", ""},
		{"UTF-16, little end first", wide(binary.LittleEndian, true), "Wie heißt „Ω“ im Café?", "UTF-16"},
		{"UTF-16, big end first", wide(binary.BigEndian, true), "Wie heißt „Ω“ im Café?", "UTF-16"},
		{"UTF-16 without a mark", wide(binary.LittleEndian, false), "Wie heißt „Ω“ im Café?", "UTF-16"},
		{"Windows-1252", latin, "Wie heißt das Café?", "Windows-1252"},
		{"old line ends", []byte("// x\rOne?{=a}\r\rTwo?{=b}\r"), "One?", ""},
		{"UTF-8 with a broken sign", append([]byte(strings.Repeat("é", 30)+"?{=a ~b"), 0xC3, '}'), strings.Repeat("é", 30) + "?", "no UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := anything()
			o.From = exchange.GIFT
			r, err := exchange.Import(context.Background(), "f.gift", test.data, o)
			if err != nil {
				t.Fatal(err)
			}
			if r.Outcomes[0].Stem != test.stem {
				t.Errorf("read %q, want %q", r.Outcomes[0].Stem, test.stem)
			}
			if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, test.note) || test.note == "" && notes != "" {
				t.Errorf("noted %q, want %q", notes, test.note)
			}
		})
	}
}

// TestScriptsStayOutside is that HTML becomes words.
func TestScriptsStayOutside(t *testing.T) {
	r, err := exchange.Import(context.Background(), "f.gift", []byte(`[html]<p>Which <b>one</b> is 10<sup>3</sup> m<sup>a</sup>?<script>alert("x")</script><img src\="x.png" onerror\="y"></p>{=<a href\="https\://x">A</a>~B}`), anything())
	if err != nil {
		t.Fatal(err)
	}
	o := r.Outcomes[0]
	if o.Stem != "Which one is 10³ m^a?" || o.Status != exchange.Loss {
		t.Errorf("got %+v", o)
	}
	for _, want := range []string{"bold", "links", "scripts", "picture", "raised"} {
		if !strings.Contains(strings.Join(o.Notes, "\n"), want) {
			t.Errorf("the notes %q don't name %s", o.Notes, want)
		}
	}
	if bytes.Contains(r.Banks[0].Data, []byte("alert")) {
		t.Error("the script is in the bank")
	}
}

// TestWriting is that files appear whole or not at all, and replace nothing.
func TestWriting(t *testing.T) {
	one := map[string][]byte{"a.yaml": []byte("x")}
	two := map[string][]byte{"a.yaml": []byte("x"), "b.png": []byte("y")}
	dir := t.TempDir()
	for _, files := range []map[string][]byte{one, two} {
		path, err := exchange.Write(dir, "a", files)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
		if _, err := exchange.Write(dir, "a", files); err == nil || !strings.Contains(err.Error(), "is there already") {
			t.Errorf("written twice: %v", err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "c"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := exchange.WriteFile(filepath.Join(dir, "c"), []byte("theirs")); err == nil {
		t.Error("a file was replaced")
	}
	if _, err := exchange.Write(filepath.Join(dir, "c"), "a", one); err == nil {
		t.Error("a file was taken for a folder")
	}
	// A name that can't be made fails after other files were written.
	if _, err := exchange.Write(dir, "d", map[string][]byte{"a.yaml": []byte("x"), "no/such/folder": []byte("y")}); err == nil {
		t.Error("an impossible name was written")
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	hidden, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) != 3 || len(hidden) != 0 {
		t.Errorf("the folder has %v and %v, want a, a.yaml and c", left, hidden)
	}
}

// TestManyQuestions is that a long file becomes several banks, of which each can
// be loaded, that progress is told, and that a stop is heard.
func TestManyQuestions(t *testing.T) {
	data := table(2500)
	told := 0
	o := anything()
	o.Progress = func(done, all int) {
		if all != 2500 || done < told {
			t.Errorf("%d of %d after %d", done, all, told)
		}
		told = done
	}
	r, err := exchange.Import(context.Background(), "long list.csv", data, o)
	if err != nil {
		t.Fatal(err)
	}
	if told != 2500 || len(r.Banks) != 2 || r.Banks[0].ID != "long-list" || r.Banks[1].ID != "long-list-2" || r.Count(exchange.Imported) != 2500 {
		t.Errorf("told of %d, got %d banks", told, len(r.Banks))
	}
	load(t, r)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := exchange.Import(ctx, "long list.csv", data, anything()); !errors.Is(err, context.Canceled) {
		t.Errorf("a stop gave %v", err)
	}
}

// table is a table of so many lines.
func table(lines int) []byte {
	var b bytes.Buffer
	b.WriteString("question;a;b;c;d;correct;explanation;level\r\n")
	for n := range lines {
		fmt.Fprintf(&b, "Which number comes after %d in the list of all whole numbers?;%d;%d;%d;%d;b;Each number is one more than the last.;recall\r\n", n, n-1, n+1, n+2, n+3)
	}
	return b.Bytes()
}

// BenchmarkCSV is what a person waits for a table of 50,000 lines.
func BenchmarkCSV(b *testing.B) {
	data := table(50_000)
	for b.Loop() {
		start := time.Now()
		r, err := exchange.Import(context.Background(), "list.csv", data, anything())
		if err != nil || r.Count(exchange.Imported) != 50_000 {
			b.Fatal(err, r.Count(exchange.Imported))
		}
		b.ReportMetric(time.Since(start).Seconds(), "s/import")
	}
}

// TestTighterBounds is that a caller can hold reading to less than this package does.
func TestTighterBounds(t *testing.T) {
	item := strings.Replace(qtiItem, "Which?", "Which"+strings.Repeat("<b>?</b>", 100), 1)
	random := make([]byte, 3<<20) // packs badly, so it is no bomb
	for n := range random {
		random[n] = byte('a' + (n*n+n/7)%23)
	}
	large := zipped(t, "item.xml", qtiItem, "other.xml", "<a>"+string(random)+"</a>")
	for _, test := range []struct {
		name   string
		data   []byte
		bounds exchange.Bounds
		want   string // "" is that it is read
	}{
		{"questions", []byte("One?{=a}\n\nTwo?{=b}\n"), exchange.Bounds{Questions: 2}, ""},
		{"one too many", []byte("One?{=a}\n\nTwo?{=b}\n"), exchange.Bounds{Questions: 1}, "more than 1 questions"},
		{"parts", []byte(item), exchange.Bounds{Nodes: 1000}, ""},
		{"too many parts", []byte(item), exchange.Bounds{Nodes: 100}, "more than 100 parts"},
		{"an archive", large, exchange.Bounds{Unpacked: 8 << 20}, ""},
		{"a large archive", zipped(t, "item.xml", qtiItem+strings.Repeat(" ", 2000)), exchange.Bounds{Unpacked: 1000}, "more than I read"},
		{"never more than its own", []byte(strings.Repeat("<a>", 300)), exchange.Bounds{Nodes: 1 << 30}, "XML"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := anything()
			o.Bounds = test.bounds
			r, err := exchange.Import(context.Background(), "file", test.data, o)
			if test.want == "" {
				if err != nil || len(r.Outcomes) == 0 || r.Outcomes[0].Item == nil {
					t.Errorf("%v, %+v", err, r.Outcomes)
				}
				return
			}
			fault, ok := errors.AsType[*exchange.Error](err)
			if !ok || !strings.Contains(err.Error(), test.want) || strings.Contains(fault.Cause(), "item.xml") {
				t.Errorf("got %v", err)
			}
		})
	}
}
