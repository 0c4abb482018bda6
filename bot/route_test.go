package bot

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoutes(t *testing.T) {
	var r routes[string]
	for _, pattern := range []string{"quiz", "quiz/{id}", "quiz/new", "quiz/{id}/{choice}", "quiz/{id}/stop", "say/{line...}", "file/{id}/{name...}"} {
		r.add(pattern, pattern)
	}
	tests := []struct {
		path, want string
		args       map[string]string
	}{
		{"quiz", "quiz", nil},
		{"quiz/4kq", "quiz/{id}", map[string]string{"id": "4kq"}},
		{"quiz/new", "quiz/new", nil},
		{"quiz/4kq/b", "quiz/{id}/{choice}", map[string]string{"id": "4kq", "choice": "b"}},
		{"quiz/4kq/stop", "quiz/{id}/stop", map[string]string{"id": "4kq"}},
		{"quiz/new/b", "quiz/{id}/{choice}", map[string]string{"id": "new", "choice": "b"}},
		{"say/a/b c//d", "say/{line...}", map[string]string{"line": "a/b c//d"}},
		{"say/", "say/{line...}", map[string]string{"line": ""}},
		{"file/1/a/b", "file/{id}/{name...}", map[string]string{"id": "1", "name": "a/b"}},
		{"quiz/", "", nil},
		{"quiz//b", "", nil},
		{"quiz/4kq/", "", nil},
		{"quiz/4kq/b/c", "", nil},
		{"/quiz", "", nil},
		{"Quiz", "", nil},
		{"say", "", nil},
		{"file//a", "", nil},
		{"", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			got, args, ok := r.find(tt.path)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("find = %q, %v; want %q", got, ok, tt.want)
			}
			if tt.args == nil {
				tt.args = map[string]string{}
			}
			if args == nil {
				args = map[string]string{}
			}
			if diff := cmp.Diff(tt.args, args); diff != "" {
				t.Errorf("arguments (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRoutesPanic(t *testing.T) {
	tests := []struct{ name, first, second string }{
		{"twice", "quiz/{id}", "quiz/{id}"},
		{"twice with another name", "quiz/{id}", "quiz/{round}"},
		{"one segment or all of them", "quiz/{id}", "quiz/{rest...}"},
		{"the rest before the end", "quiz", "{rest...}/quiz"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r routes[int]
			r.add(tt.first, 1)
			defer func() {
				if recover() == nil {
					t.Errorf("%q after %q did not panic", tt.second, tt.first)
				}
			}()
			r.add(tt.second, 2)
		})
	}
}
