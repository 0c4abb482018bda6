package group

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"studyhall/bot"
)

// An export is one JSON object, in as few files as fit a message.
func TestExportFiles(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "0123456789abcdef"[random.IntN(16)]
		}
		return string(b)
	}
	for _, row := range []struct {
		name  string
		rows  int
		value func() string
		files []string // nil: it fits in no message
	}{
		{"nothing", 0, nil, []string{".json"}},
		{"short", 5, func() string { return "x" }, []string{".json"}},
		{"long and plain", 1000, func() string { return strings.Repeat("x", 50) }, []string{".json.gz"}},
		{"long and varied", 200, func() string { return noise(100) }, []string{".json.gz.1", ".json.gz.2", ".json.gz.3"}},
		{"too long", 2000, func() string { return noise(100) }, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := &packer{limit: 5000, most: bot.LimitFiles * 5000}
			e := newExport(p, time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC))
			e.Section("first")
			for n := range row.rows {
				if err := e.Row([]Column{{"n", int64(n)}, {"text", row.value()}, {"at", nil}}); err != nil {
					t.Fatal(err)
				}
			}
			e.Section("second")
			if err := e.end(); err != nil {
				t.Fatal(err)
			}
			files, ok, err := p.files("data")
			if err != nil || ok != (row.files != nil) {
				t.Fatalf("fits %v (%v), want %v", ok, err, row.files)
			}
			var names []string
			var whole []byte
			for _, f := range files {
				names, whole = append(names, strings.TrimPrefix(f.Name, "data")), append(whole, f.Data...)
				if len(f.Data) > 5000 {
					t.Errorf("%s has %d bytes", f.Name, len(f.Data))
				}
			}
			if fmt.Sprint(names) != fmt.Sprint(row.files) {
				t.Fatalf("files %v, want %v", names, row.files)
			}
			if ok {
				checkExport(t, whole, strings.Contains(names[0], "gz"), row.rows)
			}
		})
	}
}

func checkExport(t *testing.T, data []byte, zipped bool, rows int) {
	t.Helper()
	if zipped {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	var got struct {
		Format  string
		Version int
		First   []struct {
			N  int
			At *time.Time
		}
		Second []any
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatalf("%v in %.200s", err, data)
	}
	if got.Format != ExportFormat || got.Version != ExportVersion || len(got.First) != rows || got.Second == nil {
		t.Errorf("%+v", got)
	}
	if rows > 0 && (got.First[rows-1].N != rows-1 || got.First[0].At != nil) {
		t.Errorf("last row %+v", got.First[rows-1])
	}
}
