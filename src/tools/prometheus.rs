//! Prometheus: the address of a question about one moment, and its answer as values.
//!
//! Not the judgement of the values (`judge::metric`), and no sending. The hard part is how many samples stand behind a
//! value: an answer holds one number whether it rests on a thousand samples or, as with `or vector(0)`, on none. The
//! server counts what it reads, and tells it (`stats`, since 2.36): that count is right for every query, whatever it
//! is made of, which a second query could not be. A server that does not tell leaves it open.

use jiff::Timestamp;
use serde::Deserialize;

use crate::model::observation::Window;
use crate::model::watch::{Sampled, Unsampled, WINDOW};

/// How much of a message is told, in characters.
const TOLD: usize = 200;

/// A query for a window: its length in place of `{window}`. A window shorter than a second is taken for one.
pub fn query(text: &str, window: Window) -> String {
    let seconds = window.length().as_millis().div_ceil(1000).max(1);
    text.replace(WINDOW, &format!("{seconds}s"))
}

/// The address that answers `query` for the moment `time`, whenever it is asked.
pub fn url(server: &str, query: &str, time: Timestamp) -> String {
    let seconds = time.as_millisecond();
    let time = format!("{}.{:03}", seconds.div_euclid(1000), seconds.rem_euclid(1000));
    format!("{server}/api/v1/query?query={}&time={time}&stats=all", escaped(query))
}

fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[derive(Deserialize)]
struct Wire {
    status: String,
    #[serde(rename = "errorType", default)]
    error_type: String,
    #[serde(default)]
    error: String,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    result_type: String,
    result: serde_json::Value,
    stats: Option<Stats>,
}

#[derive(Deserialize)]
struct Stats {
    samples: Option<Samples>,
}

#[derive(Deserialize)]
struct Samples {
    #[serde(rename = "totalQueryableSamples")]
    total: u64,
}

#[derive(Deserialize)]
struct Series {
    value: (serde_json::Value, String),
}

/// What the server answered. A server that fails, or stands in the way of one, may answer well in a moment; one that
/// does not understand the question never will.
pub fn read(status: u16, body: &str) -> Result<Sampled, Unsampled> {
    let useless = |why: String| Err(Unsampled::Useless(why));
    if status == 429 || (status >= 500 && !tells_of_the_query(body)) {
        return Err(Unsampled::Unreachable(format!("it answered with status {status}")));
    }
    let Ok(wire) = serde_json::from_str::<Wire>(body) else {
        return useless(match status {
            401 | 403 => format!("it answered with status {status}: it wants a token, or another one"),
            404 => "it answered with status 404: there is no Prometheus at this address".to_owned(),
            _ => format!("it answered with status {status}, and with what Prometheus does not write"),
        });
    };
    if wire.status != "success" {
        let told: String = wire.error.chars().take(TOLD).collect();
        return useless(format!("it refused the query ({}): {told}", wire.error_type));
    }
    let Some(data) = wire.data else { return useless("its answer holds no data".to_owned()) };
    let samples = data.stats.and_then(|stats| stats.samples).map(|samples| samples.total);
    let values = match data.result_type.as_str() {
        "vector" => serde_json::from_value::<Vec<Series>>(data.result)
            .map(|series| series.into_iter().map(|one| one.value.1).collect()),
        "scalar" => serde_json::from_value::<(serde_json::Value, String)>(data.result).map(|one| vec![one.1]),
        other => {
            let kind: String = other.chars().take(20).collect();
            return useless(format!("the query gives a {kind}, not one value a series"));
        }
    };
    match values {
        Ok(values) => Ok(Sampled { values, samples }),
        Err(_) => useless("its answer cannot be read".to_owned()),
    }
}

/// Whether a failure is one of the query (503 tells so of one that takes too long), and not of the server.
fn tells_of_the_query(body: &str) -> bool {
    serde_json::from_str::<Wire>(body).is_ok_and(|wire| wire.error_type == "execution")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn useless(status: u16, body: &str) -> String {
        match read(status, body) {
            Err(Unsampled::Useless(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_question_is_about_one_moment_and_one_window() {
        let [from, to] =
            ["2025-10-14T09:00:00Z", "2025-10-14T10:00:00.5Z"].map(|time| time.parse().expect("a time"));
        let window = Window::new(from, to).expect("a window");
        let query = query("sum(rate(x{a=\"b c\"}[{window}]))", window);
        assert_eq!(query, "sum(rate(x{a=\"b c\"}[3601s]))");
        assert_eq!(
            url("http://a:9090", &query, to),
            "http://a:9090/api/v1/query?query=sum%28rate%28x%7Ba%3D%22b%20c%22%7D%5B3601s%5D%29%29&time=1760436000.500&stats=all"
        );
    }

    #[test]
    fn values_stay_as_they_are_written_and_the_server_tells_the_samples() {
        let vector = r#"{"status":"success","data":{"resultType":"vector","result":[
            {"metric":{},"value":[1795643991.815,"0.04886368055555555"]},{"metric":{"a":"b"},"value":[1,"NaN"]}],
            "stats":{"timings":{},"samples":{"totalQueryableSamples":59,"peakSamples":60}}}}"#;
        let values = vec!["0.04886368055555555".to_owned(), "NaN".to_owned()];
        assert_eq!(read(200, vector), Ok(Sampled { values, samples: Some(59) }));
        let scalar = r#"{"status":"success","data":{"resultType":"scalar","result":[1.5,"+Inf"]}}"#;
        assert_eq!(read(200, scalar), Ok(Sampled { values: vec!["+Inf".to_owned()], samples: None }));
        let nothing = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
        assert_eq!(read(200, nothing), Ok(Sampled { values: vec![], samples: None }));
    }

    #[test]
    fn what_is_no_answer_is_told_apart_from_a_server_that_is_away() {
        let refused = r#"{"status":"error","errorType":"bad_data","error":"parse error: unclosed"}"#;
        assert_eq!(useless(400, refused), "it refused the query (bad_data): parse error: unclosed");
        let failed = r#"{"status":"error","errorType":"execution","error":"many-to-many"}"#;
        assert!(useless(422, failed).contains("execution"));
        assert!(useless(404, "404 page not found\n").contains("no Prometheus"));
        assert!(useless(401, "Unauthorized").contains("token"));
        assert!(useless(200, "<html>").contains("does not write"));
        assert!(useless(200, "{\"status\":\"success\"}").contains("no data"));
        let matrix = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
        assert_eq!(useless(200, matrix), "the query gives a matrix, not one value a series");
        let torn = r#"{"status":"success","data":{"resultType":"vector","result":[{"value":[1,2]}]}}"#;
        assert_eq!(useless(200, torn), "its answer cannot be read");
        for status in [429, 500, 502, 503, 504] {
            assert!(matches!(read(status, "busy"), Err(Unsampled::Unreachable(_))), "{status}");
        }
        assert!(matches!(read(500, failed), Err(Unsampled::Useless(_))));
    }
}
