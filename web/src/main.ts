// The page starts here: styles in cascade order, then one component.
import 'maplibre-gl/dist/maplibre-gl.css';
import './fonts.css';
import './tokens.css';
import './base.css';
import './message.css';
import { mount } from 'svelte';
import App from './App.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');

export default mount(App, { target });
