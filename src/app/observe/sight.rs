//! Asks all sources, and joins what they say of each window.
//!
//! Not which windows there are. Only what remembers speaks for a window that is late.

use crate::model::container::ContainerState;
use crate::model::observation::{Observation, Reading, Window};

use super::engine::Engine;
use super::error::ObserveError;
use super::look::Look;
use super::{incident, integration, metric};

/// The sources of a look.
pub(super) struct Sight<'a>(pub(super) Look<'a>);

impl Sight<'_> {
    /// What is seen in these windows.
    pub(super) fn observations(
        &self,
        late: Option<Window>,
        current: Window,
    ) -> Result<Vec<Observation>, ObserveError> {
        let engine = self.engine()?;
        let running = engine.running();
        let mut observations = Vec::new();
        if let Some(window) = late {
            let readings = self.remembered(&engine, window, true)?;
            observations.push(self.observation(window, true, readings, running.clone()));
        }
        let mut readings = self.remembered(&engine, current, false)?;
        readings.extend(engine.health(self.0.context.interrupt));
        readings.extend(integration::reading(&self.0)?);
        readings.extend(incident::reading(&self.0)?);
        observations.push(self.observation(current, false, readings, running));
        Ok(observations)
    }

    fn engine(&self) -> Result<Engine<'_>, ObserveError> {
        let Some(deploy) = self.0.component.deploy.get(&self.0.subject.to) else {
            return Ok(Engine::absent());
        };
        Ok(Engine::look(self.0.context, &self.0.component.name, deploy, self.0.subject)?)
    }

    /// What those sources say that remember the window.
    fn remembered(
        &self,
        engine: &Engine<'_>,
        window: Window,
        late: bool,
    ) -> Result<Vec<Reading>, ObserveError> {
        let mut readings: Vec<Reading> = engine.container().into_iter().collect();
        readings.extend(engine.logs(window)?);
        readings.extend(metric::readings(&self.0, window, late));
        Ok(readings)
    }

    fn observation(
        &self,
        window: Window,
        late: bool,
        mut readings: Vec<Reading>,
        running: Vec<ContainerState>,
    ) -> Observation {
        for reading in &mut readings {
            reading.detail = self.0.secrets.hide(&reading.detail);
        }
        let link = |address: &String| {
            let [from, to] = [window.from(), window.to()].map(|time| time.as_millisecond().to_string());
            address.replace("{from}", &from).replace("{to}", &to)
        };
        let links = self.0.observe.grafana.iter().map(link).collect();
        Observation { window, late, running, readings, links }
    }
}
