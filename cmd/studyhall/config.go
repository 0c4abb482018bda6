package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"
	"unicode/utf8"

	"github.com/joho/godotenv"
	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"

	"studyhall/bot"
	"studyhall/internal/app"
)

// dotenv is the file of variables that is read from the working directory.
const dotenv = ".env"

// config reads the variables of the environment and of .env; the environment
// wins, unless what it has is empty.
func (p *program) config() (app.Config, error) {
	lookup, err := p.lookup()
	if err != nil {
		return app.Config{}, err
	}
	return app.LoadConfig(lookup)
}

// lookup is where variables are looked up.
func (p *program) lookup() (func(name string) (string, bool), error) {
	file, err := readDotenv(dotenv)
	if err != nil {
		return nil, err
	}
	for _, v := range app.Variables() {
		if !v.Secret {
			continue
		}
		// A value and its file are two ways to set one variable.
		for _, name := range []string{v.Name, v.Name + "_FILE"} {
			if set, _ := p.env(name); set != "" {
				delete(file, v.Name)
				delete(file, v.Name+"_FILE")
			}
		}
	}
	return func(name string) (string, bool) {
		if v, ok := p.env(name); ok && v != "" {
			return v, true
		}
		v, ok := file[name]
		return v, ok
	}, nil
}

// configured reads the configuration and makes the logger that it asks for.
func (p *program) configured() (app.Config, *slog.Logger, error) {
	c, err := p.config()
	if err != nil {
		return app.Config{}, nil, err
	}
	if p.terminal() {
		c.Terminal = p.err
	}
	return c, p.logger(c), nil
}

// logger writes text to a terminal and JSON elsewhere, unless told otherwise, and
// no secrets.
func (p *program) logger(c app.Config) *slog.Logger {
	terminal := p.terminal()
	if c.LogFormat == app.LogJSON || c.LogFormat == app.LogAuto && !terminal {
		return slog.New(app.SafeLog(bot.Traced(slog.NewJSONHandler(p.err, &slog.HandlerOptions{Level: c.LogLevel})), p.now, c.Secrets()...))
	}
	_, plain := p.env("NO_COLOR")
	return slog.New(app.SafeLog(bot.Traced(tint.NewTextHandler(p.err, &tint.Options{
		Level: c.LogLevel, TimeFormat: time.TimeOnly, NoColor: plain || !terminal,
	})), p.now, c.Secrets()...))
}

// terminal reports whether somebody reads along.
func (p *program) terminal() bool {
	file, _ := p.err.(*os.File)
	return file != nil && (isatty.IsTerminal(file.Fd()) || isatty.IsCygwinTerminal(file.Fd()))
}

// maxDotenv is more than any .env has, in bytes.
const maxDotenv = 64 << 10

// readDotenv reads a file of variables; a missing one has none. The parser's
// own errors quote the file, which may hold secrets: they are never shown.
func readDotenv(path string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	fault := func(what, fix string) error {
		return &app.ConfigError{Faults: []app.Fault{{Variable: path, What: what, Where: fix}}}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // some editors begin a file with it
	switch {
	case err != nil:
		return nil, fault(err.Error(), "make it a file that the program may read, or remove it.")
	case len(data) > maxDotenv:
		return nil, fault(fmt.Sprintf("it is larger than %d bytes", maxDotenv), "it should hold NAME=value lines only.")
	case !utf8.Valid(data) || bytes.ContainsRune(data, 0):
		return nil, fault("it is not UTF-8", "save it again with the encoding UTF-8.")
	}
	vars, err := godotenv.UnmarshalBytes(data)
	if err != nil {
		return nil, fault(fmt.Sprintf("line %d can't be read", faultyLine(data)),
			"each line is NAME=value; a value with spaces, quotes, # or $ stands between 'single quotes'.")
	}
	return vars, nil
}

// faultyLine is the line, from 1, after the longest beginning of the file that
// can be read.
func faultyLine(data []byte) int {
	lines := bytes.SplitAfter(data, []byte("\n"))
	end := len(data)
	for n := len(lines) - 1; n > 0; n-- {
		end -= len(lines[n])
		if _, err := godotenv.UnmarshalBytes(data[:end]); err == nil {
			return n + 1
		}
	}
	return 1
}
